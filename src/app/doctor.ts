import { mkdir, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { diskOnce, diskPerRound } from '../core/learning/disk.ts';
import { modelPhrase } from '../core/outcome/modelNames.ts';
import { bytes } from '../core/text/words.ts';
import { startExecutor } from '../execution/executor.ts';
import { findWorkspaceInterpreter } from '../execution/interpreter.ts';
import { diskError } from '../process/diskError.ts';
import { letiHome } from '../process/letiHome.ts';
import { writeWhole } from '../process/wholeFile.ts';
import { step, throwIfAborted, UserError } from '../protocol/errors.ts';
import type { Finding } from '../protocol/backend.ts';
import {
  environmentPython,
  madeEnvironment,
  madeEnvironments,
  requireTrainerPython,
} from '../training/environment.ts';
import { TrainerClient } from '../training/trainerClient.ts';
import { ActiveModels } from '../training/active.ts';
import { ModelStore } from '../training/modelStore.ts';
import { workspaceFiles, workspaceFolder } from './folders.ts';
import { probeMachine } from './machine.ts';
import { DEFAULT_MODEL, defaultForMachine, defaultNote } from './models/defaultModel.ts';
import { activeModel, usableModel } from './models/lifetime.ts';

/** Whether an interpreter and a trainer environment are there; neither is made. */
export async function whatIsThere({
  workspace,
  interpreter,
  trainerPython,
  env,
}: ExamineOptions): Promise<{ interpreter: boolean; trainer: boolean }> {
  const found = await findWorkspaceInterpreter({ workspace, explicit: interpreter, env }).catch(
    (error: unknown) => {
      if (error instanceof UserError) return undefined;
      throw error;
    },
  );
  const trainer = trainerPython ?? (await madeTrainer(env));
  return { interpreter: found !== undefined, trainer: trainer !== undefined };
}

export interface ExamineOptions {
  workspace: string;
  interpreter: string | undefined;
  /** Trainer environment of the user's own, if named. */
  trainerPython: string | undefined;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
}

/**
 * What LeTI needs, each looked at for real: interpreter, sandbox with its canaries, trainer environment, disk. Throws
 * InterruptedError when the signal stops it.
 */
export async function examine(options: ExamineOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const look of [sandboxFindings, completionFindings, machineFindings, trainerFindings, diskFindings]) {
    throwIfAborted(options.signal);
    findings.push(...(await look(options)));
  }
  return findings;
}

async function sandboxFindings({
  workspace,
  interpreter: explicit,
  env,
}: ExamineOptions): Promise<Finding[]> {
  try {
    const interpreter = await findWorkspaceInterpreter({
      workspace: await workspaceFolder(workspace),
      explicit,
      env,
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
        detail: contained ? 'blocked' : 'NOT blocked',
      })),
      ...Object.entries(executor.canaries.T3).map(([name, contained]) => ({
        what: `a program that tries to ${name}`,
        // Without namespaces it is not promised.
        ok: contained || executor.lacking !== undefined,
        detail: contained ? 'blocked' : 'not blocked below tier T3',
      })),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'interpreter', ok: false, detail: error.message, nextStep: error.nextStep }];
  }
}

/** Whether completions can answer at once in the workspace, and with which model. */
async function completionFindings({ workspace, env }: ExamineOptions): Promise<Finding[]> {
  const store = new ModelStore(letiHome(env));
  const active = new ActiveModels(workspaceFiles(await workspaceFolder(workspace), env).folder);
  try {
    const model = await usableModel(await activeModel(active, store, DEFAULT_MODEL), store);
    const detail = model === undefined ? 'not set up yet' : `ready, with ${modelPhrase(model.record)}`;
    return [{ what: 'completions', ok: true, detail }];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [{ what: 'completions', ok: false, detail: error.message, nextStep: error.nextStep }];
  }
}

/** What the machine can do, and the model that it would train. */
async function machineFindings({ env, signal }: ExamineOptions): Promise<Finding[]> {
  const { gflops, gigabytes, memory, accelerator } = await probeMachine(env, signal);
  const speed = `${gflops.toFixed(0)} GFLOPS in matrix products, ${gigabytes.toFixed(0)} GB/s from memory`;
  return [
    {
      what: 'machine',
      ok: true,
      detail: `${speed}, ${bytes(memory)} of memory free, ${accelerator ?? 'no GPU'}`,
    },
    { what: 'default model', ok: true, detail: await defaultNote(env, signal) },
  ];
}

async function trainerFindings(options: ExamineOptions): Promise<Finding[]> {
  const { env, signal, trainerPython } = options;
  const what = 'trainer environment';
  try {
    const python = trainerPython ?? (await madeTrainer(env));
    if (python === undefined) {
      return [{ what, ok: true, detail: 'not installed yet; the first training installs it' }];
    }
    if (trainerPython !== undefined) await requireTrainerPython(trainerPython, env);
    const trainer = new TrainerClient({ python, env, signal });
    try {
      const { python: version, versions } = await trainer.hello();
      const list = Object.entries(versions).map(([name, known]) => `${name} ${known}`);
      return [{ what, ok: true, detail: `${python}, CPython ${version}, ${list.join(', ')}` }];
    } finally {
      await trainer.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const nextStep =
      trainerPython === undefined ? step`Remove its folder. LeTI then makes it again.` : error.nextStep;
    return [{ what, ok: false, detail: error.message, nextStep }];
  }
}

async function madeTrainer(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const home = letiHome(env);
  // A user may have chosen another device than this machine's best one.
  const folder = (await madeEnvironment(home, 'auto', env)) ?? (await madeEnvironments(home))[0];
  return folder === undefined ? undefined : environmentPython(folder);
}

async function diskFindings({ env, signal, trainerPython }: ExamineOptions): Promise<Finding[]> {
  const home = letiHome(env);
  try {
    await mkdir(home, { recursive: true });
    await writeWhole(path.join(home, 'doctor.tmp'), '');
    await rm(path.join(home, 'doctor.tmp'), { force: true });
  } catch (error) {
    const refused = diskError(error, home);
    if (refused === undefined) throw error;
    return [{ what: 'data folder', ok: false, detail: refused.message, nextStep: refused.nextStep }];
  }
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  const { model } = await defaultForMachine(env, signal);
  const python = trainerPython ?? (await madeTrainer(env));
  const stored = await new ModelStore(home).alias(DEFAULT_MODEL);
  // As the plan of a run of one round says it.
  const needed =
    (stored === undefined ? diskOnce(model.parameters, python !== undefined) : 0) +
    diskPerRound(model.parameters);
  return [
    {
      what: 'free disk',
      ok: free > needed,
      detail: `${bytes(free)} in ${home} (a run of one round with ${model.name} needs up to ${bytes(needed)} more)`,
    },
  ];
}
