import { mkdir, statfs } from 'node:fs/promises';
import { bytes } from '../core/words.ts';
import { startExecutor } from '../execution/executor.ts';
import { findWorkspaceInterpreter } from '../execution/interpreter.ts';
import { letiHome } from '../process/folders.ts';
import { UserError } from '../protocol/errors.ts';
import type { Finding } from '../protocol/backend.ts';
import { currentEnvironment, environmentPython } from '../training/environment.ts';
import { TrainerClient } from '../training/trainerClient.ts';
import { workspaceFolder } from './workspaceFiles.ts';

/** What LeTI needs, each looked at for real: interpreter, sandbox with its canaries, trainer environment, disk. */
export async function examine(workspace: string, interpreter: string | undefined): Promise<Finding[]> {
  return [...(await sandboxFindings(workspace, interpreter)), await trainerFinding(), await diskFinding()];
}

async function sandboxFindings(workspace: string, explicit: string | undefined): Promise<Finding[]> {
  try {
    const interpreter = await findWorkspaceInterpreter({
      workspace: await workspaceFolder(workspace),
      explicit,
      env: process.env,
    });
    const executor = await startExecutor({
      interpreter: interpreter.path,
      jobs: 1,
      allowUncontained: true,
    });
    await executor.close();
    return [
      {
        what: 'interpreter',
        ok: true,
        detail: `${interpreter.path}, CPython ${interpreter.version} (${interpreter.source})`,
      },
      {
        what: 'sandbox tier',
        ok: executor.tier !== 'T1',
        detail: [executor.tier, ...(executor.lacking === undefined ? [] : [executor.lacking])].join('; '),
      },
      ...Object.entries(executor.canaries.T2).map(([name, contained]) => ({
        what: `a program that tries to ${name}`,
        ok: contained,
        detail: contained ? 'is stopped' : 'is NOT stopped',
      })),
      ...Object.entries(executor.canaries.T3).map(([name, contained]) => ({
        what: `a program that tries to ${name}`,
        // Without namespaces it is not promised.
        ok: contained || executor.lacking !== undefined,
        detail: contained ? 'is stopped' : 'is not stopped below tier T3',
      })),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'interpreter', ok: false, detail: `${error.message} ${error.nextStep}` }];
  }
}

async function trainerFinding(): Promise<Finding> {
  const what = 'trainer environment';
  const folder = await currentEnvironment(letiHome(process.env), process.env);
  if (folder === undefined) return { what, ok: true, detail: 'not made yet; the first training makes it' };
  const trainer = new TrainerClient({
    python: environmentPython(folder),
    env: process.env,
    signal: new AbortController().signal,
  });
  try {
    const { python, versions } = await trainer.hello();
    const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
    return { what, ok: true, detail: `${folder}, CPython ${python}, ${list.join(', ')}` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { what, ok: false, detail: `${error.message} Remove ${folder}; it is then made again.` };
  } finally {
    await trainer.close();
  }
}

/** Room for the environment, one model with its exports, and a training. */
const WANTED_BYTES = 8e9;

async function diskFinding(): Promise<Finding> {
  const home = letiHome(process.env);
  await mkdir(home, { recursive: true });
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  return {
    what: 'free disk',
    ok: free > WANTED_BYTES,
    detail: `${bytes(free)} in ${home} (a first run wants ${bytes(WANTED_BYTES)})`,
  };
}
