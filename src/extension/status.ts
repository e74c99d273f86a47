import * as vscode from 'vscode';
import { progressFacts } from '../core/words.ts';
import type { Services } from './services.ts';

/** What LeTI does right now, and whether its backend lives, among the language's status items of a Python file. */
export function statusItem({ live, backend }: Pick<Services, 'live' | 'backend'>): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('leti', { language: 'python' });
  const idle = (): void => {
    item.busy = false;
    item.severity = vscode.LanguageStatusSeverity.Information;
    item.text = 'LeTI';
    item.detail = 'no run in this window';
    item.command = { command: 'leti.train', title: 'Train' };
  };
  idle();
  const followed = live.onChanged(({ run, event }) => {
    if (event === undefined) {
      idle();
      return;
    }
    item.busy = true;
    if (event.event !== 'progress') return;
    item.text = `LeTI: ${event.phase} ${event.done}/${event.total}`;
    item.detail = progressFacts(event);
    const workspace = live.workspace(run);
    item.command = { command: 'leti.openRun', title: 'Open', arguments: [{ run, workspace }] };
  });
  const watched = backend.onState((now) => {
    idle();
    if (now.state === 'restarting') {
      item.busy = true;
      item.text = 'LeTI: the backend starts again';
      item.detail = 'it ended by itself';
    }
    if (now.state === 'gave up') {
      item.severity = vscode.LanguageStatusSeverity.Error;
      item.text = 'LeTI: no backend';
      item.detail = now.why;
      item.command = { command: 'leti.restart', title: 'Restart' };
    }
  });
  return vscode.Disposable.from(item, followed, watched);
}
