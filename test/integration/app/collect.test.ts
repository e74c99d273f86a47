import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { samplingPrompt } from '../../../src/core/learning/prompts.ts';
import { keyOf } from '../../../src/core/random.ts';
import type { Executor } from '../../../src/execution/executor.ts';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import type { Sample } from '../../../src/protocol/run.ts';
import type { GeneratedText, PromptSegment, SampleBatch, Sampler } from '../../../src/protocol/sampling.ts';
import { collectSamples } from '../../../src/app/runs/collect.ts';
import { EarlierTexts } from '../../../src/app/runs/earlierTexts.ts';
import type { Check, Task } from '../../../src/protocol/task.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { startTestExecutor } from '../../support/executor.ts';
import { bareTask, chatStyle } from '../../support/tasks.ts';

const CONFIG = { ...DEFAULT_RUN, workspace: '/w' };
const ONE_IS_ONE: Check = { kind: 'statements', source: 'assert f(1) == 1' };
const TASKS = ['a', 'b', 'c'].map((id) => bareTask({ id }));

/** Writes given texts, then goes on for ever unless it is told to stop; what a model would do is tested elsewhere. */
class Dictated implements Sampler {
  readonly engine = 'dictated';
  readonly asked: string[][] = [];
  readonly prompts: PromptSegment[][] = [];
  readonly #texts: readonly string[];
  readonly #endless: boolean;

  constructor(texts: readonly string[], endless = false) {
    this.#texts = texts;
    this.#endless = endless;
  }

  async *sample(batch: SampleBatch, signal?: AbortSignal): AsyncIterable<GeneratedText> {
    this.asked.push(batch.items.map(({ key }) => TASKS.find(({ id }) => keyOf(id) === key)?.id ?? ''));
    this.prompts.push(...batch.items.map(({ prompt }) => prompt));
    for (const { key } of batch.items) {
      for (const [sample, text] of this.#texts.entries()) {
        yield await Promise.resolve({ key, sample, text, tokens: 3, finish: 'end' as const });
      }
    }
    if (!this.#endless) return;
    while (signal?.aborted !== true) await sleep(10);
    throw new InterruptedError();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('collecting samples', function () {
  this.timeout(30_000);
  let folder: string;
  let store: RunStore;
  let executor: Executor;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-collect-'));
    store = new RunStore(path.join(folder, 'runs.sqlite'));
    store.createRun('r', CONFIG, {});
    executor = await startTestExecutor(2);
  });

  after(async () => {
    await executor.close();
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function collect(
    stage: string,
    sampler: Sampler,
    parts: { executor?: Executor; signal?: AbortSignal; run?: string; tasks?: Task[]; first?: number } = {},
  ): Promise<Sample[]> {
    const { run = 'r', tasks = TASKS, first = 0 } = parts;
    const style = chatStyle();
    const asked = { run, stage, model: 'm', condition: 'none' as const, style, samples: 2, first };
    return await collectSamples(
      {
        ...asked,
        tasks,
        batchRows: 2,
        settings: { temperature: 0, topP: 1, topK: 0, maxTokens: 9, seed: 1, round: 1 },
        feedback: 'full',
        timeoutSeconds: 2,
      },
      {
        store,
        earlier: new EarlierTexts(store, asked),
        executor: parts.executor ?? executor,
        sampler: () => Promise.resolve(sampler),
        countTokens: (text) => text.length,
        observe: () => undefined,
        signal: parts.signal ?? new AbortController().signal,
      },
    );
  }

  it('records what makes the prompts again as the model got them', async () => {
    const sampler = new Dictated(['x):\n    return x', 'x):\n    return x + 1']);
    await collect('recorded', sampler);
    const record = store.samplingRecord('r', 'recorded');
    assert.ok(record?.style !== undefined);
    const { style, condition } = record;
    assert.deepEqual(
      sampler.prompts,
      TASKS.map((task) => samplingPrompt(task, style, condition)),
    );
  });

  it('trims, runs and stores every program', async () => {
    const samples = await collect(
      's',
      new Dictated(['x):\n    return x + 1\n```\nDone.', 'x):\n    return x']),
    );
    assert.deepEqual(
      samples.map(({ taskId, sample, verdict, completion }) => [taskId, sample, verdict, completion]),
      TASKS.flatMap(({ id }) => [
        [id, 0, 'passed', 'x):\n    return x + 1'],
        [id, 1, 'failed', 'x):\n    return x'],
      ]),
    );
    assert.match(samples[1]?.feedback ?? '', /^AssertionError\ncheck: assert f\(1\) == 2\ngot: 1/);
    const idle = new Dictated([]);
    assert.deepEqual(await collect('s', idle), samples);
    assert.deepEqual(idle.asked, []);
  });

  it('goes on behind the last whole batch', async () => {
    const controller = new AbortController();
    const first = new Dictated(['x):\n    return x + 1', 'x):\n    return 2']);
    const stopping: Sampler = {
      engine: 'dictated',
      close: () => Promise.resolve(),
      async *sample(batch) {
        let written = 0;
        for await (const text of first.sample(batch)) {
          yield text;
          written += 1;
          if (written < 3) continue;
          // The first batch is whole and the second one begun.
          while (!store.batches('r', 't').has(0)) await sleep(10);
          controller.abort();
          throw new InterruptedError();
        }
      },
    };
    await assert.rejects(collect('t', stopping, { signal: controller.signal }), InterruptedError);
    assert.deepEqual([...store.batches('r', 't')], [0]);
    const second = new Dictated(['x):\n    return x + 1', 'x):\n    return 2']);
    assert.equal((await collect('t', second)).length, 6);
    assert.deepEqual(second.asked, [['b', 'c']]);
    assert.deepEqual([...store.batches('r', 't')], [0, 1, 2]);
  });

  it('adds later samples to those that are there, also behind the last whole batch', async () => {
    const before = await collect('looks', new Dictated(['x):\n    return x + 1', 'x):\n    return x']));
    const more = new Dictated(['x):\n    return 2', 'x):\n    return 3']);
    const all = await collect('looks', more, { first: 2 });
    assert.deepEqual(more.asked, [['a', 'b', 'c']]);
    assert.deepEqual(
      all.filter(({ sample }) => sample < 2),
      before,
    );
    assert.deepEqual(
      all.map(({ taskId, sample }) => `${taskId}${sample}`),
      TASKS.flatMap(({ id }) => [0, 1, 2, 3].map((sample) => `${id}${sample}`)),
    );
    assert.deepEqual([...store.batches('r', 'looks')], [0, 1, 2, 3, 4, 5]);
    const idle = new Dictated([]);
    assert.deepEqual(await collect('looks', idle, { first: 2 }), all);
    assert.deepEqual(idle.asked, []);
  });

  it('runs texts of an earlier run again, and asks only for what that run did not write', async () => {
    const texts = ['x):\n    return x + 1', 'x):\n    return x'];
    const saveRun = (id: string, tasks: readonly Task[], config = CONFIG, versions = {}): void => {
      store.createRun(id, config, versions);
      store.saveTasks(
        id,
        tasks.map((task) => ({ task, side: 'train' as const })),
        [],
      );
    };
    saveRun('first', TASKS);
    await collect('kept', new Dictated(texts), { run: 'first' });

    // Another check changes the verdict, another instruction the prompt.
    const [a, b, c] = TASKS;
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    const tasks = [{ ...a, checks: [ONE_IS_ONE] }, b, { ...c, instruction: 'Write it otherwise.' }];
    saveRun('second', tasks);
    const sampler = new Dictated(texts);
    const samples = await collect('kept', sampler, { run: 'second', tasks });
    assert.deepEqual(sampler.asked, [['c']]);
    assert.deepEqual(
      samples.map(({ taskId, verdict }) => [taskId, verdict]),
      [
        ['a', 'failed'],
        ['a', 'passed'],
        ['b', 'passed'],
        ['b', 'failed'],
        ['c', 'passed'],
        ['c', 'failed'],
      ],
    );
    assert.deepEqual(store.efforts('second').get('kept')?.tokens, 6);

    for (const [id, config, versions] of [
      ['other seed', { ...CONFIG, seed: 9 }, {}],
      ['other software', CONFIG, { leti: '0.0.1' }],
    ] as const) {
      saveRun(id, TASKS, config, versions);
      const again = new Dictated(texts);
      await collect('kept', again, { run: id });
      assert.deepEqual(again.asked, [['a', 'b', 'c']], id);
    }
  });

  it('ends the sampling when programs cannot be run any more', async () => {
    const closed = await startTestExecutor(2);
    await closed.close();
    await assert.rejects(
      collect('u', new Dictated(['x', 'y'], true), { executor: closed }),
      InterruptedError,
    );
    assert.deepEqual([...store.batches('r', 'u')], []);
  });

  it('stores nothing of a batch whose sampler fails', async () => {
    const failing: Sampler = {
      engine: 'failing',
      close: () => Promise.resolve(),
      async *sample({ items }): AsyncIterable<GeneratedText> {
        yield await Promise.resolve({
          key: items[0]?.key ?? 0,
          sample: 0,
          text: 'x',
          tokens: 1,
          finish: 'end',
        });
        throw new Error('the graph is gone');
      },
    };
    await assert.rejects(collect('v', failing), /the graph is gone/);
    assert.deepEqual([...store.batches('r', 'v')], []);
  });
});
