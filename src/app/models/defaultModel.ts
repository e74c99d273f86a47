import { chooseModel } from '../../core/learning/chooseModel.ts';
import type { Machine } from '../../core/learning/budget.ts';
import { bytes } from '../../core/text/words.ts';
import { letiHome } from '../../process/letiHome.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { probeMachine } from '../machine.ts';
import { CATALOGUE, catalogueModel, type CatalogueModel } from './catalogue.ts';

/** The name of the model that fits this machine. */
export const DEFAULT_MODEL = 'default';

/** The catalogue's model for this machine, with the reason in one sentence. Takes a second on a machine's first call. */
export async function defaultForMachine(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<{ model: CatalogueModel; reason: string }> {
  return chooseModel(CATALOGUE, await probeMachine(env, signal));
}

/**
 * What `default` is, and why, in a sentence or two. It was chosen once: an earlier LeTI, a busy machine or a source that
 * failed may have left a smaller model than this machine can train.
 */
export async function defaultNote(env: NodeJS.ProcessEnv, signal: AbortSignal | undefined): Promise<string> {
  const { model, reason } = await defaultForMachine(env, signal);
  const kept = await new ModelStore(letiHome(env)).alias(DEFAULT_MODEL);
  if (kept === undefined || kept.record.name === model.name) return reason;
  return `${kept.record.name} is the default since an earlier run. This computer can train ${model.name}: choose it by its name.`;
}

/**
 * What a user should know of a run's model before it begins: why it is the default, or that the memory is too small for it.
 * Undefined where there is nothing to say.
 */
export async function modelNote(
  name: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  return name === DEFAULT_MODEL ? await defaultNote(env, signal) : await shortageNote(name, env, signal);
}

/** That the free memory is too small to train a model of the catalogue, with what to do. Undefined of any other model. */
export async function shortageNote(
  name: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<string | undefined> {
  const model = catalogueModel(name);
  return model === undefined ? undefined : memoryNote(model, await probeMachine(env, signal));
}

/** Undefined where the free memory suffices, or is an accelerator's, whose size is not known. */
export function memoryNote(
  { name, memory, parameters }: CatalogueModel,
  machine: Pick<Machine, 'memory' | 'accelerator'>,
): string | undefined {
  if (machine.accelerator !== undefined || memory.train <= machine.memory) return undefined;
  const short = `Training ${name} needs about ${bytes(memory.train)} of memory, and ${bytes(machine.memory)} are free.`;
  const smaller = CATALOGUE.findLast((other) => other.parameters < parameters);
  if (smaller === undefined) return `${short} Close other programs.`;
  return `${short} Close other programs, or choose ${smaller.name}, which needs ${bytes(smaller.memory.train)}.`;
}
