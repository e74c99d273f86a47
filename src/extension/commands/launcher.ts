import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/backend.ts';
import type { Services } from '../services.ts';

/** Writes a `leti` for the terminal and for other editors. */
export async function installLauncher(services: Services): Promise<void> {
  const folder = await vscode.window.showInputBox({
    title: 'LeTI: install the command leti',
    prompt: 'A folder on your PATH',
    value: process.platform === 'win32' ? '' : '~/.local/bin',
  });
  if (folder === undefined || folder.trim() === '') return;
  const written = await services.backend.ask(REQUESTS.installLauncher, { folder: folder.trim() });
  void vscode.window.showInformationMessage(`${written} is written.`);
}
