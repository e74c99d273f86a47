import * as vscode from 'vscode';
import { completionStatusText } from '../../core/completion/statusText.ts';
import { phaseLabel } from '../../core/evaluation/taskHistory.ts';
import { progressFacts } from '../../core/text/words.ts';
import type { Services } from '../services.ts';
import type { CompletionStatus } from './completionStatus.ts';
import type { VerdictLenses } from './verdictLenses.ts';

/** The language status item of Python files: the run in progress, the state of the server, and completions. */
export function statusItem({
  live,
  backend,
  completion,
  verdicts,
}: Pick<Services, 'live' | 'backend'> & {
  completion: CompletionStatus;
  verdicts: VerdictLenses;
}): vscode.Disposable {
  /** True while the item shows a run or the server's state, which come before completions. */
  let otherwise = false;
  const item = vscode.languages.createLanguageStatusItem('leti', { language: 'python' });
  const idle = (): void => {
    otherwise = false;
    const enabled = vscode.workspace.getConfiguration('leti').get('completion.enabled') === true;
    const facts = completion.facts(enabled);
    item.busy = completion.busy;
    item.severity = vscode.LanguageStatusSeverity.Information;
    item.text = 'LeTI';
    item.detail = completionStatusText({ ...facts, verdict: verdicts.words });
    if (!enabled) item.command = { command: 'leti.completion.toggle', title: 'Turn On' };
    else if (completion.paused) item.command = { command: 'leti.completion.snooze', title: 'Resume' };
    else if (facts.model === undefined) item.command = { command: 'leti.train', title: 'Train' };
    else item.command = { command: 'leti.completion.snooze', title: 'Snooze' };
  };
  idle();
  const completed = completion.onChanged(() => {
    if (!otherwise) idle();
  });
  const verified = verdicts.onDidChangeCodeLenses(() => {
    if (!otherwise) idle();
  });
  const set = vscode.workspace.onDidChangeConfiguration((change) => {
    if (!otherwise && change.affectsConfiguration('leti.completion')) idle();
  });
  const followed = live.onChanged(({ run, event }) => {
    if (event === undefined) {
      idle();
      return;
    }
    otherwise = true;
    item.busy = true;
    if (event.event !== 'progress') return;
    item.text = `LeTI: ${phaseLabel(event.phase)} ${event.done}/${event.total}`;
    item.detail = progressFacts(event);
    const workspace = live.workspace(run);
    item.command = { command: 'leti.openRun', title: 'Open', arguments: [{ run, workspace }] };
  });
  const watched = backend.onState((now) => {
    idle();
    if (now.state === 'restarting') {
      otherwise = true;
      item.busy = true;
      item.text = 'LeTI: Restarting server';
      item.detail = 'The server ended unexpectedly.';
    }
    if (now.state === 'gave up') {
      otherwise = true;
      item.severity = vscode.LanguageStatusSeverity.Error;
      item.text = 'LeTI: Server stopped';
      item.detail = now.why;
      item.command = { command: 'leti.restart', title: 'Restart' };
    }
  });
  return vscode.Disposable.from(item, completed, verified, set, followed, watched);
}
