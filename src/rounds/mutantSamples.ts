import { wrongBodiesOf } from '../harvest/mutants.ts';
import type { Sample } from '../protocol/run.ts';
import type { Task } from '../protocol/task.ts';
import { runTexts, type RunTextsOptions, type RunTextsServices } from './runTexts.ts';

/**
 * Small changes of the tasks' own bodies that their checks notice, with what was said of them. Tasks without a reference,
 * or of which more than a body is written, have none.
 */
export async function mutantSamples(
  tasks: readonly Task[],
  interpreter: string,
  options: RunTextsOptions,
  services: RunTextsServices,
): Promise<Sample[]> {
  const wrong = await wrongBodiesOf(tasks, interpreter, services.signal);
  const texts = tasks.flatMap((task) =>
    (wrong.get(task.id)?.mutants ?? []).map((body) => ({ task, text: `\n${body.trimEnd()}` })),
  );
  const samples = await runTexts(texts, options, services);
  return samples.filter(({ verdict }) => verdict !== 'passed');
}
