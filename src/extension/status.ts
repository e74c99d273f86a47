import * as vscode from 'vscode';
import { progressFacts } from '../core/words.ts';
import type { Services } from './services.ts';

/** What LeTI does right now, among the language's status items of a Python file. */
export function statusItem({ live }: Services): vscode.Disposable {
  const item = vscode.languages.createLanguageStatusItem('leti', { language: 'python' });
  const idle = (): void => {
    item.busy = false;
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
  return vscode.Disposable.from(item, followed);
}
