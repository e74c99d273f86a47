import { bodyLines } from '../../core/text/program.ts';
import { factsOf, factTask } from '../../core/learning/facts.ts';
import { commonFeedback } from '../../core/learning/repair.ts';
import { tasksOf } from '../../harvest/workspace.ts';
import type { Repair } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunConfig } from '../../protocol/run.ts';
import { check, functionAt } from '../tasks/check.ts';
import { evaluateModel } from '../runs/evaluate.ts';
import type { Workbench } from '../workbench.ts';

/**
 * Asks the configured model for other bodies of the function at a line (zero-based) of a workspace's file. Half of the
 * prompts hold what today's body showed: a fact of its feedback, never the body, which models repeat
 * (docs/results/second-tries.md). Runs each body in the sandbox and changes no file.
 * @throws UserError if the line is in no function with checks, or its checks pass.
 */
export async function repairFunction(
  workbench: Workbench,
  place: { path: string; line: number },
  config: RunConfig,
): Promise<Repair> {
  const { found, candidate } = await functionAt(workbench, place);
  const today = await check(workbench, found, candidate, config.timeoutSeconds, 0);
  if (today.verdict === 'passed') {
    throw new UserError(
      `${candidate.name} in ${candidate.path} already passes its checks.`,
      'Choose a function that fails its checks.',
    );
  }
  const [task] = tasksOf({ ...found, candidates: [candidate] });
  if (task === undefined) throw new Error(`${candidate.id} made no task`);
  const { samples } = await evaluateModel(
    {
      // A fact has not been shown to beat another try, so half of the programs are asked for without it.
      tasks: [factTask(task, factsOf([today.feedback])), task],
      model: config.model,
      samples: Math.ceil(config.samples / 2),
      temperature: config.temperature,
      ks: [1],
      condition: undefined,
      seed: config.seed,
      timeoutSeconds: config.timeoutSeconds,
    },
    workbench,
  );
  const passing = samples.filter(({ verdict }) => verdict === 'passed');
  const [first] = passing;
  return {
    task: candidate.id,
    path: candidate.path,
    tried: samples.length,
    passed: passing.length,
    ...(first === undefined
      ? {}
      : {
          edit: {
            range: linesOf(candidate.before, candidate.body),
            text: bodyLines(first.completion),
          },
        }),
    feedback: commonFeedback(samples),
  };
}

/** The whole lines of a text that stands behind another in its file. */
function linesOf(before: string, text: string): NonNullable<Repair['edit']>['range'] {
  const start = before.split('\n').length - 1;
  const lines = bodyLines(text).split('\n').length - 1;
  return { start: { line: start, character: 0 }, end: { line: start + lines, character: 0 } };
}
