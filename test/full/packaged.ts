import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Evaluation } from '../../src/protocol/run.ts';
import { provisionVsCode } from '../host/provision.ts';
import { Workbench } from '../host/ui/workbench.ts';
import { VsCode } from '../host/vscode.ts';
import { root, trainerPython } from '../support/tinyRun.ts';

export const MINUTES = 60_000;
export const HOME = process.env['LETI_HOME'] ?? path.join(root, '.leti');

/** Called inside `describe`: a folder that is there while the suite's tests run. */
export function useFolder(): () => string {
  let folder = '';
  before(() => {
    folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'leti-full-')));
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return () => folder;
}

/** What evaluations found, without the time that programs took. */
export function withoutTimes(evaluations: readonly Evaluation[]): Evaluation[] {
  return evaluations.map((evaluation) => ({ ...evaluation, timing: undefined }));
}

/** `leti train` on a workspace, with what it prints. */
export function trainFromCommandLine(workspace: string, options: readonly string[] = []): void {
  execFileSync(
    process.execPath,
    [path.join(root, 'dist/leti.mjs'), 'train', workspace, '--trainer-python', trainerPython(), ...options],
    { env: { ...process.env, LETI_HOME: HOME }, stdio: 'inherit' },
  );
}

/** Packages the extension, installs it in VS Code's server and opens a workspace there, until `work` has ended. */
export async function inPackagedExtension(
  workspace: string,
  settings: Record<string, unknown>,
  work: (user: Workbench, code: VsCode) => Promise<void>,
): Promise<void> {
  execFileSync(process.execPath, [path.join(root, 'scripts/package.ts')], { stdio: 'ignore' });
  const code = await VsCode.start({
    server: await provisionVsCode(HOME, console.log),
    vsix: [path.join(root, `dist-vsix/leti-${process.platform}-${process.arch}.vsix`)],
    settings: { 'leti.trainerPython': trainerPython(), ...settings },
    env: { LETI_HOME: HOME },
  });
  try {
    await code.open(workspace);
    await work(new Workbench(code), code);
  } finally {
    await code.close();
  }
}

/** Starts a run from the palette beside those that are listed, and waits on its page until it has finished. */
export async function trainFromPalette(
  user: Workbench,
  runsBefore: number,
  onPlan: () => Promise<void> = () => Promise.resolve(),
): Promise<ReturnType<Workbench['runPage']>> {
  await user.openExplorer();
  await user.command('LeTI: Train on workspace tasks');
  await user.quickRow('Start training').waitFor({ timeout: 10 * MINUTES });
  await onPlan();
  await user.quickRow('Start training').click();
  await user
    .rows('Runs')
    .nth(runsBefore)
    .waitFor({ timeout: 2 * MINUTES });
  await user.rows('Runs').first().click();
  const page = user.runPage();
  await page.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 45 * MINUTES });
  return page;
}
