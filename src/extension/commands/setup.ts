import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/backend.ts';
import type { Reports } from '../reports.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';
import { editorStep } from '../stepWords.ts';

/** Checks interpreter, sandbox, trainer and disk, and opens the findings as a document. */
export async function doctor(services: Services, reports: Reports): Promise<void> {
  const place = await services.places.place(await services.places.chooseFolder());
  const findings = await withRunProgress('LeTI: Running doctor', services.log, async (following) =>
    services.backend.ask(REQUESTS.doctor, place, following),
  );
  const lines = findings.map(
    ({ what, ok, detail, nextStep }) =>
      `${ok ? 'ok  ' : 'FAIL'}  ${what}: ${detail}${nextStep === undefined ? '' : ` ${editorStep(nextStep)}`}`,
  );
  await reports.show('LeTI Doctor', `${lines.join('\n')}\n`);
}

/** Installs the command `leti` for the terminal and for other editors. */
export async function installLauncher(services: Services): Promise<void> {
  const folder = await vscode.window.showInputBox({
    title: 'LeTI: Install command-line tool',
    prompt: 'A folder on your PATH',
    value: process.platform === 'win32' ? '' : '~/.local/bin',
  });
  if (folder === undefined || folder.trim() === '') return;
  const written = await services.backend.ask(REQUESTS.installLauncher, { folder: folder.trim() });
  void vscode.window.showInformationMessage(`Installed ${written}.`);
}
