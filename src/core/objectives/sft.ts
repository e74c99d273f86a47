import type { ObjectiveDefinition } from './objective.ts';
import { trainingText } from './texts.ts';

/** The supervised baseline: the tasks' own reference bodies, nothing that the model wrote. */
export const sft: ObjectiveDefinition = {
  condition: 'none',
  trainsWithoutPasses: true,
  examples: (input) =>
    [...input.tasks.values()].flatMap((task) =>
      task.reference === undefined
        ? []
        : [
            trainingText(
              input,
              {
                id: `${task.id}#reference`,
                taskId: task.id,
                completion: task.reference.trimEnd(),
                passed: true,
                feedback: '',
                hash: '',
              },
              { verdict: false, feedback: false },
            ),
          ],
    ),
};
