/**
 * Second tries: asks each failed first try again, by form of asking, and counts which form passes most often.
 *
 *     node test/bench/secondTries.ts --model MODEL --out FILE.jsonl [--workspace FOLDER] [--tasks FILE] [--limit N]
 *
 * Tasks are the training tasks of a workspace (default: the example), or those of a file, which must hold training tasks.
 * Held-out tasks are never asked, because facts show what a check expects. The output holds a line per task. The next
 * call continues a stopped one. Every call ends with the table of all lines.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { markdownTable } from '../../src/app/bench/figures.ts';
import { ProgramRunner } from '../../src/app/runs/collect.ts';
import { gatherTasks } from '../../src/app/tasks/gather.ts';
import { Workbench } from '../../src/app/workbench.ts';
import { DEFAULT_RUN } from '../../src/core/defaults.ts';
import { pairedDifference, estimatePassAtK } from '../../src/core/evaluation/statistics.ts';
import { factOf, factsOf, factTask } from '../../src/core/learning/facts.ts';
import { samplingPrompt } from '../../src/core/learning/prompts.ts';
import { repairTask } from '../../src/core/learning/repair.ts';
import { keyOf } from '../../src/core/random.ts';
import { renderFeedback } from '../../src/core/text/feedback.ts';
import { shownProgram } from '../../src/core/text/program.ts';
import { FENCE, stopRule } from '../../src/core/text/trimming.ts';
import { readTaskFile } from '../../src/harvest/files.ts';
import { limitsOf } from '../../src/protocol/execution.ts';
import type { Sample } from '../../src/protocol/run.ts';
import type { Task } from '../../src/protocol/task.ts';

const FIRST_TRIES = 4;
const SECOND_TRIES = 2;
/** Failed programs per task that are asked again. */
const FAILURES = 2;
/** Of the form that only writes more freely. */
const HOT = 1.1;

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: DEFAULT_RUN.model },
    out: { type: 'string' },
    workspace: { type: 'string', default: path.resolve(import.meta.dirname, '../../examples/workspace') },
    tasks: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '42' },
  },
});
if (values.out === undefined) throw new Error('name --out, a file for the results');
const out = values.out;

const Try = z.strictObject({
  completion: z.string(),
  passed: z.boolean(),
  errorType: z.string(),
  /** Of the answer, and of the question. */
  tokens: z.int(),
  promptTokens: z.int(),
});
type Try = z.infer<typeof Try>;
const Asked = z.strictObject({
  task: z.string(),
  first: z.array(Try),
  /** A failed first try each, with its second tries by form. */
  again: z.array(
    z.strictObject({ failed: z.string(), errorType: z.string(), forms: z.record(z.string(), z.array(Try)) }),
  ),
  /** A fact of this task's failures, for the form that tells another task's. */
  fact: z.string().optional(),
});
type Asked = z.infer<typeof Asked>;

const known: Asked[] = existsSync(out)
  ? readFileSync(out, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Asked.parse(JSON.parse(line)))
  : [];

/** The question of each form, for a failed program. `otherFact` is one of another task. */
function forms(task: Task, failed: Sample, all: readonly Sample[], otherFact: string): Record<string, Task> {
  const named = (form: string, asked: Task): Task => ({ ...asked, id: `${task.id} (${form})` });
  const say = (...words: string[]): Task => ({
    ...task,
    instruction: [task.instruction, ...words].join('\n\n'),
  });
  const program = `${FENCE}python\n${shownProgram(task, failed.completion)}\n${FENCE}`;
  const asked: Record<string, Task> = {
    'asked again': task,
    'asked again, temperature 1.1': task,
    'a fact of its feedback': factTask(task, factsOf([failed.feedback])),
    "all facts of the task's failures": factTask(task, factsOf(all.map(({ feedback }) => feedback))),
    "another task's fact": factTask(task, [otherFact]),
    'its program and feedback': repairTask(task, failed),
    'its program, called wrong': say('This program is wrong:', program, 'Write it correctly.'),
    'its program with the faulty part cut out': say(
      'This program lacks a part:',
      `${FENCE}python\n${cut(task, failed)}\n${FENCE}`,
      `The interpreter said of another part:\n${failed.feedback}`,
      'Write it whole.',
    ),
  };
  return Object.fromEntries(Object.entries(asked).map(([form, one]) => [form, named(form, one)]));
}

/** The failed program without the line that its feedback blames, or without its last half where none is blamed. */
function cut(task: Task, failed: Sample): string {
  const lines = shownProgram(task, failed.completion).split('\n');
  const header = task.prefix.split('\n').length;
  const blamed = /^line (\d+)/m.exec(
    failed.feedback.split('\n').findLast((line) => line.startsWith('line ')) ?? '',
  );
  const line = Number(blamed?.[1] ?? 0);
  const from = line > header ? line - 1 : header + Math.floor((lines.length - header) / 2);
  const until = line > header ? line : lines.length;
  return [...lines.slice(0, from), '    ...', ...lines.slice(until)].join('\n');
}

async function ask(): Promise<void> {
  const { signal } = new AbortController();
  const workbench = new Workbench({
    ...{ workspace: values.workspace, device: 'auto', interpreter: undefined, allowUncontained: false },
    trainerPython: process.env['LETI_TRAINER_PYTHON'],
    observe: (event) => {
      if (event.event === 'notice') console.warn(event.message);
    },
    signal,
    env: process.env,
  });
  const tasks =
    values.tasks === undefined
      ? (
          await gatherTasks(
            { ...DEFAULT_RUN, objective: 'rejection', workspace: values.workspace },
            workbench,
          )
        ).tasks
          .filter(({ side }) => side === 'train')
          .map(({ task }) => task)
      : await readTaskFile(values.tasks);
  const model = await workbench.resolveModel(values.model);
  const sampler = await workbench.completionSampler(model, tasks);
  const runner = new ProgramRunner(
    await workbench.executor(),
    limitsOf(DEFAULT_RUN.timeoutSeconds),
    (program, result) => renderFeedback(program, result, model.countTokens),
    signal,
  );
  const prompted = (task: Task): ReturnType<typeof samplingPrompt> =>
    samplingPrompt(task, model.style, model.record.condition);
  const write = async (asked: readonly Task[], samples: number, temperature: number): Promise<Sample[][]> => {
    const { topP, topK, maxTokens } = DEFAULT_RUN;
    const items = asked.map((task) => ({
      key: keyOf(task.id),
      prompt: prompted(task),
      samples,
      stop: stopRule(task),
    }));
    const settings = { temperature, topP, topK, maxTokens, seed: Number(values.seed), round: 0 };
    const written = new Map(asked.map(({ id }) => [id, [] as Promise<Sample>[]]));
    const byKey = new Map(asked.map((task) => [keyOf(task.id), task]));
    for await (const text of sampler.sample({ items, rows: items.length * samples, settings }, signal)) {
      const task = byKey.get(text.key);
      if (task === undefined) throw new Error('the sampler answered for an unknown task');
      written.get(task.id)?.push(runner.run(task, text));
    }
    const samplesOf = async (task: Task): Promise<Sample[]> =>
      (await Promise.all(written.get(task.id) ?? [])).sort((a, b) => a.sample - b.sample);
    return await Promise.all(asked.map(samplesOf));
  };
  const tried = (task: Task, samples: readonly Sample[]): Try[] => {
    const promptTokens = model.countTokens(
      prompted(task)
        .map(({ text }) => text)
        .join(''),
    );
    return samples.map(({ completion, verdict, errorType, tokens }) => ({
      ...{ completion, passed: verdict === 'passed', errorType, tokens, promptTokens },
    }));
  };
  const order = tasks.toSorted((a, b) => keyOf(a.id) - keyOf(b.id)).slice(0, Number(values.limit));
  try {
    for (const task of order.filter(({ id }) => known.every((one) => one.task !== id))) {
      const [first = []] = await write([task], FIRST_TRIES, DEFAULT_RUN.temperature);
      const failures = first.filter(({ verdict }) => verdict !== 'passed' && verdict !== 'harness_error');
      const distinct = [...new Map(failures.map((one) => [one.completion, one])).values()].slice(0, FAILURES);
      const otherFact = known.findLast(({ fact }) => fact !== undefined)?.fact;
      const again: Asked['again'] = [];
      // The first task with failures is only asked for a fact, which the next one is told.
      const told = otherFact === undefined ? [] : distinct.map((failed) => ({ failed, otherFact }));
      for (const [number, { failed, otherFact: other }] of told.entries()) {
        const numbered = Object.entries(forms(task, failed, failures, other)).map(
          ([form, one]) => [form, { ...one, id: `${one.id} ${number}` }] as const,
        );
        const [hot, usual] = [true, false].map((isHot) =>
          numbered.filter(([form]) => form.endsWith(String(HOT)) === isHot),
        );
        const byForm: Record<string, Try[]> = {};
        for (const [group, temperature] of [
          [usual ?? [], DEFAULT_RUN.temperature] as const,
          [hot ?? [], HOT] as const,
        ]) {
          const asked = group.map(([, one]) => one);
          const samples = await write(asked, SECOND_TRIES, temperature);
          for (const [index, [form, one]] of group.entries()) byForm[form] = tried(one, samples[index] ?? []);
        }
        again.push({ failed: failed.completion, errorType: failed.errorType, forms: byForm });
      }
      const fact = failures.map(({ feedback }) => factOf(feedback)).find((one) => one !== undefined);
      const asked = {
        task: task.id,
        first: tried(task, first),
        again,
        ...(fact === undefined ? {} : { fact }),
      };
      known.push(asked);
      appendFileSync(out, `${JSON.stringify(asked)}\n`);
    }
  } finally {
    await sampler.close();
    await workbench.close();
  }
}

/** The second tries of a form by task, and whether they repeat a failed program of their task word for word. */
function report(): void {
  const names = [...new Set(known.flatMap(({ again }) => again.flatMap((one) => Object.keys(one.forms))))];
  const same = (a: string, b: string): boolean => a.trim() === b.trim();
  const outcomes = (
    form: string,
    counts: (one: Asked['again'][number]) => boolean = () => true,
  ): {
    taskId: string;
    samples: number;
    passed: number;
  }[] =>
    known.flatMap(({ task, again }) => {
      const tries = again.filter(counts).flatMap((one) => one.forms[form] ?? []);
      const passed = tries.filter((one) => one.passed).length;
      return tries.length === 0 ? [] : [{ taskId: task, samples: tries.length, passed }];
    });
  const words = (share: number): string => (100 * share).toFixed(1);
  const mean = (numbers: readonly number[]): string =>
    (numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)).toFixed(0);
  const [plain = ''] = names;
  const rows = names.map((form) => {
    const tries = known.flatMap(({ first, again }) =>
      again.flatMap((one) =>
        (one.forms[form] ?? []).map((answer) => ({
          ...answer,
          repeats: same(answer.completion, one.failed),
          refused: first.some((other) => !other.passed && same(answer.completion, other.completion)),
        })),
      ),
    );
    const passed = tries.filter((one) => one.passed).length;
    const fresh = tries.filter((one) => !one.refused).length;
    const rate = estimatePassAtK(outcomes(form), 1, 1);
    const gain = form === plain ? undefined : pairedDifference(outcomes(plain), outcomes(form), 1);
    const written = tries.reduce((sum, one) => sum + one.tokens, 0);
    return [
      form,
      `${passed} of ${tries.length}`,
      rate === undefined ? '-' : `${words(rate.value)} % (${words(rate.low)} to ${words(rate.high)})`,
      gain === undefined ? '' : `${words(gain.value)} (${words(gain.low)} to ${words(gain.high)})`,
      `${tries.filter((one) => one.repeats).length}`,
      `${passed} of ${fresh}`,
      mean(tries.map((one) => one.promptTokens)),
      mean(tries.map((one) => one.tokens)),
      ((1000 * passed) / Math.max(1, written)).toFixed(1),
    ];
  });
  const firsts = known.flatMap(({ first }) => first);
  const asked = known.flatMap(({ again }) => again);
  console.log(
    `${values.model}: ${known.length} tasks, ${firsts.filter((one) => one.passed).length} of ${firsts.length} first tries pass, ${asked.length} failed ones were asked again\n`,
  );
  const head = [
    'form',
    'passed',
    'rate per task (95 %)',
    'points more than asked again',
    'repeats',
    'without known failures',
  ];
  console.log(markdownTable([...head, 'tokens asked', 'tokens written', 'passes per 1000 written'], rows));
  const types = [...Map.groupBy(asked, ({ errorType }) => errorType)].sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const byType = names.map((form) => [
    form,
    ...types.map(([type]) => {
      const some = outcomes(form, ({ errorType }) => errorType === type);
      const sum = (of: (one: (typeof some)[number]) => number): number =>
        some.reduce((all, one) => all + of(one), 0);
      return `${sum((one) => one.passed)} of ${sum((one) => one.samples)}`;
    }),
  ]);
  console.log(
    `\nBy the error of the failed first try:\n\n${markdownTable(['form', ...types.map(([type]) => type)], byType)}`,
  );
}

await ask();
report();
