import { chooseModel } from '../../core/learning/chooseModel.ts';
import { probeMachine } from '../machine.ts';
import { CATALOGUE, type CatalogueModel } from './catalogue.ts';

/** The name of the model that fits this machine. */
export const DEFAULT_MODEL = 'default';

/** The catalogue's model for this machine, with the reason in one sentence. Takes a second on a machine's first call. */
export async function defaultForMachine(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<{ model: CatalogueModel; reason: string }> {
  return chooseModel(CATALOGUE, await probeMachine(env, signal));
}
