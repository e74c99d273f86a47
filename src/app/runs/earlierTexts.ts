import { samplingPrompt } from '../../core/learning/prompts.ts';
import { stopRule } from '../../core/text/trimming.ts';
import type { Condition, PromptStyle } from '../../protocol/model.ts';
import type { SamplingRecord } from '../../protocol/run.ts';
import type { GeneratedText } from '../../protocol/sampling.ts';
import type { Task } from '../../protocol/task.ts';
import type { RunRow, RunStore } from '../../store/runStore.ts';

/** What decides the texts of a stage, besides each task's prompt. */
export interface AskedAs {
  run: string;
  /** Its name decides the random numbers. */
  stage: string;
  model: string;
  condition: Condition;
  style: PromptStyle;
  /** Programs per task, and the number of the first one. */
  samples: number;
  first: number;
}

export interface EarlierText extends Omit<GeneratedText, 'key'> {
  engine: string;
}

/** More runs than these are not looked through. */
const NEWEST_RUNS = 8;
/** Where programs run does not decide how they are written. */
const NOT_ABOUT_WRITING = ['interpreter', 'tier'];

/**
 * Texts that the same model wrote for the same prompt in an earlier run, with the same random numbers. Writing them again
 * gives the same texts, so only their programs are run again: the code around them may have changed.
 */
export class EarlierTexts {
  readonly #store: RunStore;
  readonly #asked: AskedAs;
  readonly #candidates: { id: string; record: SamplingRecord; tasks: () => ReadonlyMap<string, Task> }[];

  constructor(store: RunStore, asked: AskedAs) {
    this.#store = store;
    this.#asked = asked;
    this.#candidates = candidatesOf(store, asked).flatMap(({ id }) => {
      const record = store.samplingRecord(id, asked.stage);
      if (record === undefined || !isAskedAlike(record, asked)) return [];
      let tasks: ReadonlyMap<string, Task> | undefined;
      const read = (): ReadonlyMap<string, Task> =>
        (tasks ??= new Map(store.tasks(id).map(({ task }) => [task.id, task])));
      return [{ id, record, tasks: read }];
    });
  }

  /** All texts of a task in the order of their samples; undefined where one is missing. */
  of(task: Task): EarlierText[] | undefined {
    const { stage, samples, first } = this.#asked;
    for (const { id, record, tasks } of this.#candidates) {
      const earlier = tasks().get(task.id);
      if (earlier === undefined || this.#question(earlier) !== this.#question(task)) continue;
      const texts = this.#store
        .samplesOfTask(id, stage, task.id)
        .slice(first, first + samples)
        .map(({ sample, decoded, tokens, finish }) => ({
          ...{ sample: sample - first, tokens, finish, engine: record.engine },
          text: decoded,
        }));
      if (texts.length === samples && texts.every(({ sample }, place) => sample === place)) return texts;
    }
    return undefined;
  }

  #question(task: Task): string {
    return JSON.stringify([samplingPrompt(task, this.#asked.style, this.#asked.condition), stopRule(task)]);
  }
}

/** The newest runs that write under the same settings with the same software. */
function candidatesOf(store: RunStore, { run: own }: AskedAs): RunRow[] {
  const runs = store.runs();
  const asking = runs.find(({ id }) => id === own);
  if (asking === undefined) return [];
  return runs.filter((run) => run.id !== own && writingOf(run) === writingOf(asking)).slice(0, NEWEST_RUNS);
}

function writingOf({ config, versions }: RunRow): string {
  const { temperature, topP, topK, maxTokens, seed, device, endpoint } = config;
  const software = Object.entries(versions).filter(([name]) => !NOT_ABOUT_WRITING.includes(name));
  return JSON.stringify([temperature, topP, topK, maxTokens, seed, device, endpoint, software.sort()]);
}

function isAskedAlike(record: SamplingRecord, asked: AskedAs): boolean {
  return (
    record.model === asked.model &&
    record.condition === asked.condition &&
    JSON.stringify(record.style) === JSON.stringify(asked.style)
  );
}
