import { COFFEE_BREAK_SECONDS, standardRound, type Machine } from './budget.ts';
import { bytes } from '../text/words.ts';

/** What decides whether a machine can train a model. */
export interface TrainableModel {
  name: string;
  parameters: number;
  /** Too large to be trained without a GPU. */
  needsAccelerator: boolean;
  /** Bytes. */
  memory: { train: number };
}

/**
 * The largest model whose standard round fits into a coffee break and into the free memory, with the reason in one
 * sentence. Where none fits, the smallest.
 *
 * @param models from the smallest to the largest; at least one
 */
export function chooseModel<T extends TrainableModel>(
  models: readonly T[],
  machine: Machine,
): { model: T; reason: string } {
  const [smallest] = models;
  if (smallest === undefined) throw new RangeError('there is no model to choose from');
  const fitting = models.filter((model) => obstacle(model, machine) === undefined);
  const model = fitting.at(-1) ?? smallest;
  const larger = models.find(({ parameters }) => parameters > model.parameters);
  const minutes = minutesOf(standardRound(model.parameters, machine));
  const own = `${model.name} is the default on this computer: a round on 60 tasks takes about ${minutes}`;
  if (larger === undefined) return { model, reason: `${own}.` };
  const why = obstacle(larger, machine) ?? 'is larger than needed';
  return { model, reason: `${own}, and ${larger.name} ${why}.` };
}

/** Why a machine should not train a model; undefined where it can. */
function obstacle(model: TrainableModel, machine: Machine): string | undefined {
  const { accelerator, memory } = machine;
  if (model.needsAccelerator) return 'needs a GPU with much memory, so it is not chosen by itself';
  // How much memory an accelerator has is not known.
  if (accelerator === undefined && model.memory.train > memory) {
    return `needs ${bytes(model.memory.train)} of memory (${bytes(memory)} are free)`;
  }
  const seconds = standardRound(model.parameters, machine);
  return seconds > COFFEE_BREAK_SECONDS ? `would take ${minutesOf(seconds)}` : undefined;
}

function minutesOf(seconds: number): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
