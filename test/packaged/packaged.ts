import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { Sample } from '../../src/protocol/run.ts';
import { runReport } from '../../src/app/runs/report.ts';
import { workspaceFiles } from '../../src/app/folders.ts';
import { RunStore } from '../../src/store/runStore.ts';
import { provisionVsCode } from '../host/provision.ts';
import { Workbench } from '../host/ui/workbench.ts';
import { VsCode } from '../host/vscode.ts';
import { root, trainerPython } from '../support/tinyRun.ts';

export const MINUTES = 60_000;
export const HOME = process.env['LETI_HOME'] ?? path.join(root, '.leti');

/** Milliseconds from which on a program may be over its time limit in one run and under it in another. */
const SLOW = 1000;

/** A program that asks for the time says something else after midnight. */
const READS_CLOCK = /\b(today|now|time)\(/;

/**
 * The two newest runs of a workspace finished alike: every program with its verdict and feedback, each training's texts and
 * loss, what the gate decided and why. Of a program that takes seconds or reads the clock the verdict may differ.
 */
export function assertSameNumbers(workspace: string): void {
  const store = new RunStore(workspaceFiles(workspace, { LETI_HOME: HOME }).store);
  try {
    const [a, b] = store.runs();
    assert.ok(a !== undefined && b !== undefined);
    assert.deepEqual([a.status, b.status], ['finished', 'finished']);
    const sampled = store.sampledStages(a.id);
    assert.ok(sampled.length > 0);
    assert.deepEqual(store.sampledStages(b.id), sampled);
    for (const stage of sampled) {
      const unsteady = new Set(
        [...store.samples(a.id, stage), ...store.samples(b.id, stage)]
          .filter(
            ({ durationMs, verdict, decoded }) =>
              durationMs >= SLOW || verdict === 'timeout' || READS_CLOCK.test(decoded),
          )
          .map(programOf),
      );
      const numbers = (run: string): unknown[] =>
        store.samples(run, stage).map((sample) => {
          const { decoded, verdict, errorType, feedback, checksPassed } = sample;
          const program = programOf(sample);
          return unsteady.has(program)
            ? { program, decoded }
            : { program, decoded, verdict, errorType, feedback, checksPassed };
        });
      assert.deepEqual(numbers(a.id), numbers(b.id), stage);
    }
    const trained = (run: string): unknown[] =>
      store.steps(run).map(({ step, loss, gradNorm, tokens }) => ({ step, loss, gradNorm, tokens }));
    assert.deepEqual(trained(a.id), trained(b.id));
    const [one, other] = [runReport(store, a.id), runReport(store, b.id)];
    assert.deepEqual(untimed(one?.gates), untimed(other?.gates));
  } finally {
    store.close();
  }
}

/** A copy without what the clock said. */
function untimed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'timing' ? undefined : inner)));
}

function programOf({ taskId, sample }: Sample): string {
  return `${taskId}#${sample}`;
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
    settings,
    env: { LETI_HOME: HOME, LETI_TRAINER_PYTHON: trainerPython() },
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
  const page = user.runPage();
  await opened(user, page);
  await page.locator('.status', { hasText: 'finished' }).waitFor({ timeout: 45 * MINUTES });
  return page;
}

/** Opens the newest run. VS Code drops a click on a row that is drawn anew just then, so it clicks again. */
async function opened(user: Workbench, page: ReturnType<Workbench['runPage']>): Promise<void> {
  for (let tries = 1; ; tries++) {
    await user.rows('Runs').first().click();
    try {
      await page.locator('.status').waitFor({ timeout: MINUTES / 6 });
      return;
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
