import { repairTask } from '../repair.ts';
import type { ObjectiveDefinition, ObjectiveInput, ScoredSample } from './objective.ts';
import { distinctPasses, variedFailures } from './selection.ts';
import { trainingText } from './texts.ts';

const PLAIN = { verdict: false, feedback: false } as const;

/**
 * Feedback as a question: [task, failed program, what the interpreter said of it] -> a program that passes, asked as "Try
 * to repair" asks, beside the passing programs themselves. Loss on the passing program alone, so nothing wrong is learnt.
 */
export const repair: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: false,
  examples(input) {
    const passes = distinctPasses(input);
    const failures = variedFailures(input);
    const pairs = [...Map.groupBy(passes, ({ taskId }) => taskId)].flatMap(([taskId, good]) =>
      (failures.get(taskId) ?? [])
        .slice(0, good.length)
        .map((bad, at) => repairText(input, bad, good[at % good.length] ?? bad)),
    );
    return [...passes.map((sample) => trainingText(input, sample, PLAIN)), ...pairs];
  },
};

function repairText(
  input: ObjectiveInput,
  bad: ScoredSample,
  good: ScoredSample,
): ReturnType<typeof trainingText> {
  const task = input.tasks.get(good.taskId);
  if (task === undefined) throw new Error(`sample ${good.id} belongs to an unknown task ${good.taskId}`);
  const tasks = new Map([[task.id, repairTask(task, bad)]]);
  return trainingText({ ...input, tasks }, { ...good, id: `${bad.id}>${good.id}` }, PLAIN);
}
