import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stream } from '../../../src/core/random.ts';
import { Graph } from '../../../src/inference/graph.ts';
import { createNodeCompleter } from '../../../src/inference/nodeCompleter.ts';
import { ReusedRow } from '../../../src/inference/reusedRow.ts';
import type { Completer, CompletionRequest, ModelFolders } from '../../../src/protocol/completion.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import type { GeneratedText, SampleBatch } from '../../../src/protocol/sampling.ts';
import { randomModel } from '../../support/fixtures.ts';
import { all } from './support.ts';

const NEVER = '(?!)';
const WORDS = [
  'def add(',
  'a, b',
  '):\n    return ',
  'for item in ',
  'items',
  '\n        print(',
  'x',
  'Grüße ',
  '日本語',
];

function asked(prompt: string, more: Partial<CompletionRequest> = {}): CompletionRequest {
  return { prompt: [{ text: prompt, kind: 'text' }], stop: NEVER, maxTokens: 40, ...more };
}

function batch(prompts: string[], samples: number, maxTokens: number, temperature: number): SampleBatch {
  const settings = { temperature, topP: 0.95, topK: 0, maxTokens, seed: 5, round: 1 };
  const items = prompts.map((prompt, key) => ({
    key,
    prompt: [{ text: prompt, kind: 'text' as const }],
    samples,
    stop: NEVER,
  }));
  return { items, rows: 64, settings };
}

/** Prompts of random words; many repeat themselves, as code does. */
function randomPrompts(count: number, seed: number): string[] {
  const random = stream(seed);
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 1 + Math.floor(random() * 12) },
      () => WORDS[Math.floor(random() * WORDS.length)],
    ).join(''),
  );
}

/** What plain greedy decoding, a token a step and every prompt anew, writes. */
async function plainly(completer: Completer, prompt: string, maxTokens = 40): Promise<GeneratedText> {
  const [text] = await all(completer.sample(batch([prompt], 1, maxTokens, 0)));
  return text!;
}

type Outcome = Pick<GeneratedText, 'text' | 'tokens' | 'finish'>;

function same(answer: Outcome, plain: Outcome): void {
  const { text, tokens, finish } = answer;
  assert.deepEqual(
    { text, tokens, finish },
    { text: plain.text, tokens: plain.tokens, finish: plain.finish },
  );
}

describe('completing in the inference process', () => {
  let tiny: ReturnType<typeof randomModel>;
  let model: ModelFolders;
  let completer: Completer;
  const crashes: string[] = [];

  before(() => {
    tiny = randomModel();
    model = { modelFolder: tiny.modelFolder, onnxFolder: tiny.onnxFolder, precision: 'fp32' };
  });
  beforeEach(async () => {
    crashes.length = 0;
    completer = await createNodeCompleter({
      model,
      threads: 1,
      providers: [],
      onCrash: (message) => crashes.push(message),
    });
  });
  afterEach(() => completer.close());

  it('writes what plain greedy decoding writes, with guesses and reuse', async () => {
    let [drafted, accepted, reused] = [0, 0, 0];
    for (const prompt of randomPrompts(60, 1)) {
      const answer = await completer.complete(asked(prompt, { maxTokens: 250 }));
      same(answer, await plainly(completer, prompt, 250));
      drafted += answer.draftedTokens;
      accepted += answer.acceptedTokens;
      reused += answer.reusedTokens;
    }
    assert.ok(accepted > 0 && drafted > 50, `${accepted} of ${drafted} guesses accepted`);
    assert.ok(reused > 0);
  });

  it('computes the same however a text is cut into runs', async () => {
    const graph = await Graph.load(tiny.onnxFolder, { threads: 1, spinning: false, provider: 'cpu' });
    const text = Array.from({ length: 42 }, (_, at) => 10 + ((at * 37) % 300));
    const logits = async (length: number): Promise<Float32Array> => {
      const row = new ReusedRow(graph);
      let last = new Float32Array(0);
      for (let at = 0; at < text.length; at += length) {
        last = Float32Array.from((await row.read(text.slice(at, at + length), 1))[0]!);
      }
      return last;
    };
    const whole = await logits(text.length);
    for (const length of [1, 2, 5, 41]) assert.deepEqual(await logits(length), whole, `runs of ${length}`);
    await graph.close();
  });

  it('reads only what differs from the last prompt', async () => {
    const [first, second] = ['def add(a, b):\n    ret', 'def add(a, b):\n    return a, 日本語'];
    const before = await completer.complete(asked(first));
    assert.equal(before.reusedTokens, 0);
    const longer = await completer.complete(asked(second));
    assert.ok(longer.reusedTokens > 3 && longer.reusedTokens < longer.promptTokens);
    same(longer, await plainly(completer, second));
    const again = await completer.complete(asked(second));
    assert.equal(again.reusedTokens, again.promptTokens - 1);
    same(again, longer);
    const shorter = await completer.complete(asked(first));
    assert.ok(shorter.reusedTokens > 3);
    same(shorter, before);
  });

  it('keeps what it read while a batch is sampled', async () => {
    await completer.complete(asked('for item in items'));
    await plainly(completer, 'something else');
    const again = await completer.complete(asked('for item in items'));
    assert.equal(again.reusedTokens, again.promptTokens - 1);
  });

  it('reads long prompts in pieces and grows', async () => {
    const prompt = 'for item in items: print(item)\n'.repeat(30).slice(0, 900);
    const answer = await completer.complete(asked(prompt));
    assert.ok(answer.promptTokens > 256);
    same(answer, await plainly(completer, prompt));
    const tooLong = await completer.complete(asked(prompt.repeat(4)));
    assert.deepEqual([tooLong.text, tooLong.finish], ['', 'length']);
  });

  it('ends at the stop rule, and streams on the way', async () => {
    const free = await completer.complete(asked('def add('));
    const shown: string[] = [];
    const whole = await completer.complete(asked('def add('), { onText: (text) => shown.push(text) });
    assert.ok(shown.length > 1);
    assert.equal(shown.at(-1), whole.text);
    for (const [at, text] of shown.entries()) {
      assert.ok(whole.text.startsWith(text) && text.length > (shown[at - 1] ?? '').length);
    }
    const stopped = await completer.complete(asked('def add(', { stop: '.{5}' }));
    assert.equal(stopped.finish, 'stop');
    assert.ok(free.text.startsWith(stopped.text) && stopped.tokens < free.tokens);
  });

  it('writes the same with an export that the trainer did not edit', async () => {
    const prompts = randomPrompts(5, 5);
    const expected = await Promise.all(prompts.map((prompt) => completer.complete(asked(prompt))));
    await completer.swap({ ...model, onnxFolder: tiny.uneditedFolder });
    for (const [at, prompt] of prompts.entries()) {
      same(await completer.complete(asked(prompt)), await plainly(completer, prompt));
      same(await completer.complete(asked(prompt)), expected[at]!);
    }
  });

  it('draws by its seed where it is not greedy, and guesses nothing', async () => {
    const drawn = async (seed: number): Promise<string> => {
      const answer = await completer.complete(asked('def add(', { temperature: 1, topP: 0.9, seed }));
      assert.equal(answer.draftedTokens, 0);
      return answer.text;
    };
    assert.equal(await drawn(1), await drawn(1));
    assert.notEqual(await drawn(1), await drawn(2));
  });

  it('is cancelled between two steps, and only the newest counts where that is wanted', async () => {
    const long = asked('x', { maxTokens: 450, temperature: 1 });
    const controller = new AbortController();
    const texts: string[] = [];
    const cancelled = completer.complete(long, {
      signal: controller.signal,
      onText: (text) => {
        texts.push(text);
        controller.abort();
      },
    });
    await assert.rejects(cancelled, InterruptedError);
    assert.ok(texts.at(-1)!.length < 200);
    await assert.rejects(completer.complete(long, { signal: AbortSignal.abort() }), InterruptedError);
    const supersede = true;
    const [first, second, third] = await Promise.allSettled([
      completer.complete(long, { supersede }),
      completer.complete(long, { supersede }),
      completer.complete(asked('x'), { supersede }),
    ]);
    assert.ok(first.status === 'rejected' && first.reason instanceof InterruptedError);
    assert.ok(second.status === 'rejected' && second.reason instanceof InterruptedError);
    assert.equal(third.status, 'fulfilled');
  });

  it('answers one after the other those that are asked together', async () => {
    const prompts = randomPrompts(6, 2);
    const together = await Promise.all(prompts.map((prompt) => completer.complete(asked(prompt))));
    for (const [at, prompt] of prompts.entries()) same(together[at]!, await plainly(completer, prompt));
  });

  it('refuses a request that is none, and goes on', async () => {
    await assert.rejects(completer.complete({ ...asked('x'), prompt: [] }), /prompt/);
    await assert.rejects(completer.complete(asked('x', { stop: '(' })), /Invalid regular expression/);
    assert.equal((await completer.complete(asked('x'))).tokens, 40);
    assert.deepEqual(crashes, []);
  });

  it('completes between two steps of a batch, which writes the same', async () => {
    const wanted = batch(randomPrompts(6, 3), 4, 120, 0.9);
    const alone = await all(completer.sample(wanted));
    const events: string[] = [];
    const sampling = (async () => {
      const programs: GeneratedText[] = [];
      for await (const program of completer.sample(wanted)) {
        programs.push(program);
        events.push('program');
      }
      return programs;
    })();
    for (const prompt of randomPrompts(5, 4)) {
      await completer.complete(asked(prompt));
      events.push('completion');
    }
    assert.equal(JSON.stringify(await sampling), JSON.stringify(alone));
    assert.ok(events.indexOf('completion') < events.lastIndexOf('program'), events.join(' '));
  });

  it('changes the model without losing a request', async () => {
    await withOther(async (other) => {
      const old = await plainly(completer, 'def add(', 400);
      const { pid } = completer;
      const writer = completer.of(model);
      const early = completer.complete(asked('def add(', { maxTokens: 400 }));
      const sampling = all(completer.sample(batch(['x', 'y'], 3, 200, 0.9)));
      const swapping = completer.swap(other);
      same(await completer.complete(asked('def add(', { maxTokens: 400 })), old);
      await swapping;
      same(await early, old);
      assert.equal((await sampling).length, 6);
      assert.notEqual(completer.pid, pid);
      const fresh = await completer.complete(asked('def add('));
      same(fresh, await plainly(completer, 'def add('));
      // A prompt for the old model is not for the new one.
      await assert.rejects(writer.complete(asked('def add(')), InterruptedError);
      await assert.rejects(all(writer.sample(batch(['x'], 1, 5, 0.9))), InterruptedError);
      same(await completer.of(other).complete(asked('def add(')), fresh);
      assert.ok(!old.text.startsWith(fresh.text));
      assert.match(completer.engine, / int8$/);
      assert.deepEqual(crashes, []);
    });
  });

  it('keeps the active model when the new one cannot be loaded', async () => {
    const missing = { ...model, onnxFolder: path.join(tiny.onnxFolder, 'missing') };
    await assert.rejects(completer.swap(missing), UserError);
    assert.equal((await completer.complete(asked('x'))).tokens, 40);
  });

  it('starts its process again when it ends, with one message', async () => {
    const plain = await plainly(completer, 'def add(', 400);
    process.kill(completer.pid!, 'SIGKILL');
    while (completer.pid !== undefined) await sleep(5);
    assert.equal(crashes.length, 1);
    assert.match(crashes[0]!, /The inference process ended \(SIGKILL\)/);
    same(await completer.complete(asked('def add(', { maxTokens: 400 })), plain);
    let killed = false;
    const answer = await completer.complete(asked('def add(', { maxTokens: 400 }), {
      onText: () => {
        if (!killed) process.kill(completer.pid!, 'SIGKILL');
        killed = true;
      },
    });
    same(answer, plain);
    assert.equal(crashes.length, 2);
    const sampling = all(completer.sample(batch(['x'], 30, 400, 0.9)));
    process.kill(await started(), 'SIGKILL');
    await assert.rejects(sampling, UserError);
    assert.equal(crashes.length, 3);
  });

  it('gives up when its process ends again and again', async () => {
    const killing = setInterval(() => {
      if (completer.pid !== undefined) process.kill(completer.pid, 'SIGKILL');
    }, 2);
    try {
      const long = asked('x', { maxTokens: 450 });
      const ended = (error: unknown): boolean =>
        error instanceof UserError && error.message.includes('ended (SIGKILL)');
      await assert.rejects(completer.complete(long), ended);
      const stopped = (error: unknown): boolean =>
        error instanceof UserError && error.message.includes('not started again');
      await assert.rejects(completer.complete(long), stopped);
      await assert.rejects(completer.complete(long), stopped);
    } finally {
      clearInterval(killing);
    }
    assert.equal(crashes.length, 3);
    await completer.swap(model);
    assert.equal((await completer.complete(asked('x'))).tokens, 40);
  });

  it('chooses an execution provider by measuring, and says so', async () => {
    const measured = await createNodeCompleter({ model, threads: 1, providers: ['webgpu', 'none'] });
    try {
      const [chosen, ...others] = measured.providers;
      assert.ok(chosen!.stepMs! > 0);
      assert.equal(others.length, 2);
      for (const { stepMs, refused } of others) {
        assert.ok(refused === undefined ? stepMs! >= chosen!.stepMs! : refused.length > 0);
      }
      same(await measured.complete(asked('def add(')), await plainly(completer, 'def add('));
    } finally {
      await measured.close();
    }
  });

  /** Process id, once there is one again. */
  async function started(): Promise<number> {
    for (;;) {
      const { pid } = completer;
      if (pid !== undefined) return pid;
      await sleep(5);
    }
  }

  /** Another model: the same graph with other weights. */
  async function withOther(use: (other: ModelFolders) => Promise<void>): Promise<void> {
    await withCopy(async (onnxFolder) => {
      const file = path.join(onnxFolder, 'model.onnx.data');
      const bytes = await readFile(file);
      // Every sign turned: each little-endian float ends with the byte that holds it.
      for (let at = 3; at < bytes.length; at += 4) bytes[at]! ^= 0x80;
      await writeFile(file, bytes);
      await use({ ...model, onnxFolder, precision: 'int8' });
    });
  }

  async function withCopy(use: (onnxFolder: string) => Promise<void>): Promise<void> {
    const onnxFolder = await mkdtemp(path.join(os.tmpdir(), 'leti-other-'));
    try {
      await cp(tiny.onnxFolder, onnxFolder, { recursive: true });
      await use(onnxFolder);
    } finally {
      await rm(onnxFolder, { recursive: true });
    }
  }
});
