import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { measureAgreement } from '../../../src/inference/agreement.ts';
import { createNodeSampler } from '../../../src/inference/nodeSampler.ts';
import { WorkerClient } from '../../../src/inference/workerClient.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import type { GeneratedText, SampleBatch, SampleItem, Sampler } from '../../../src/protocol/sampling.ts';
import { randomModel } from '../../support/fixtures.ts';
import { all, python } from './support.ts';

const NEVER = '(?!)';
/** How a worker loads a model for sampling. */
const ALONE = { threads: 1, spinning: false, providers: [] };
const PROMPTS = ['def add(', 'for item in items:\n    pri', 'x', 'Grüße, 日本語 and a longer prompt'];

const SAMPLE = `
import json, sys
from leti_trainer.sampling.sampling import load_sampler
onnx, model, batch = json.loads(sys.argv[1])
programs = []
load_sampler("onnx", onnx, model, "cpu", 1).sample(batch, programs.append)
for program in programs:
    del program["event"]
print(json.dumps(programs))
`;

function item(prompt: string, samples: number, stop = NEVER): SampleItem {
  return { key: prompt.length, prompt: [{ text: prompt, kind: 'text' }], samples, stop };
}

function batch(items: SampleItem[], changes: Partial<SampleBatch['settings']> = {}): SampleBatch {
  const settings = { temperature: 0.9, topP: 0.95, topK: 0, maxTokens: 30, seed: 5, round: 1 };
  return { items, rows: 64, settings: { ...settings, ...changes } };
}

function collect(sampler: Sampler, wanted: SampleBatch, signal?: AbortSignal): Promise<GeneratedText[]> {
  return all(sampler.sample(wanted, signal));
}

function named(programs: GeneratedText[]): Map<string, GeneratedText> {
  return new Map(programs.map((program) => [`${program.key}/${program.sample}`, program]));
}

describe('sampling in the inference process', () => {
  let tiny: ReturnType<typeof randomModel>;
  let sampler: Sampler;
  before(async () => {
    tiny = randomModel();
    sampler = await createNodeSampler({ ...tiny, precision: 'fp32', threads: 1 });
  });
  after(async () => {
    await sampler.close();
  });

  it('names its engine', () => {
    assert.match(sampler.engine, /^onnxruntime-node 1\.\d+\.\d+ fp32$/);
  });

  it('writes a ragged batch as it writes its prompts one by one', async () => {
    const settings = { temperature: 0, maxTokens: 60 };
    const together = named(
      await collect(
        sampler,
        batch(
          PROMPTS.map((prompt) => item(prompt, 1)),
          settings,
        ),
      ),
    );
    for (const prompt of PROMPTS) {
      const [alone] = await collect(sampler, batch([item(prompt, 1)], settings));
      assert.deepEqual(together.get(`${prompt.length}/0`), alone);
    }
  });

  it("writes what the trainer's onnxruntime writes", async () => {
    const wanted = batch(
      PROMPTS.map((prompt) => item(prompt, 5)),
      { maxTokens: 50 },
    );
    const expected = await python(SAMPLE, [tiny.onnxFolder, tiny.modelFolder, wanted]);
    assert.deepEqual(await collect(sampler, wanted), expected);
  });

  it('lets rows join without changing the others, as the trainer does', async () => {
    const items = PROMPTS.map((prompt, at) => item(prompt, 1 + (at % 3), at % 2 ? NEVER : '\\n'));
    const together = named(await collect(sampler, batch(items)));
    for (const rows of [1, 2, 3, 5]) {
      const wanted = { ...batch(items), rows };
      const programs = await collect(sampler, wanted);
      assert.deepEqual(named(programs), together, `${rows} rows`);
      if (rows === 3)
        assert.deepEqual(await python(SAMPLE, [tiny.onnxFolder, tiny.modelFolder, wanted]), programs);
    }
  });

  it('lets rows leave without changing the others', async () => {
    const free = named(await collect(sampler, batch(PROMPTS.map((prompt) => item(prompt, 4)))));
    const stopped = named(
      await collect(sampler, batch(PROMPTS.map((prompt, at) => item(prompt, 4, at % 2 ? NEVER : '...')))),
    );
    for (const [at, prompt] of PROMPTS.entries()) {
      for (let sample = 0; sample < 4; sample += 1) {
        const [mine, other] = [free, stopped].map((programs) => programs.get(`${prompt.length}/${sample}`)!);
        if (at % 2 === 1) assert.deepEqual(other, mine);
        else assert.ok(other!.tokens < 30 && mine!.text.startsWith(other!.text));
      }
    }
  });

  it('stops between two tokens when it is cancelled, and samples again', async () => {
    const long = batch([item('x', 40)], { maxTokens: 500 });
    const controller = new AbortController();
    const sampling = collect(sampler, long, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 50);
    await assert.rejects(sampling, InterruptedError);
    await assert.rejects(collect(sampler, long, AbortSignal.abort()), InterruptedError);
    assert.equal((await collect(sampler, batch([item('x', 2)]))).length, 2);
  });

  it('stops when nobody reads on', async () => {
    const wanted = batch([item('x', 1, '.'), item('xy', 40)], { maxTokens: 500 });
    for await (const program of sampler.sample(wanted)) {
      assert.equal(program.finish, 'stop');
      break;
    }
    assert.equal((await collect(sampler, batch([item('x', 2)]))).length, 2);
  });

  it('refuses a batch that is none', async () => {
    const wrong = { ...batch([item('x', 1)]), items: [] };
    await assert.rejects(collect(sampler, wrong), /items/);
    await assert.rejects(collect(sampler, batch([item('x', 1, '(')])), /Invalid regular expression/);
  });

  it('tells clearly that its process is gone', async () => {
    const worker = new WorkerClient();
    const loading = all(worker.request({ method: 'load', ...folders(), ...ALONE }));
    process.kill(worker.pid!, 'SIGKILL');
    const gone = (error: unknown): boolean =>
      error instanceof UserError && error.message.includes('The inference process ended (SIGKILL)');
    await assert.rejects(loading, gone);
    await assert.rejects(all(worker.request({ method: 'agreement', file: 'none', tokens: 9 })), gone);
    await worker.close();
  });

  it('ends with its parent, even a killed one', async () => {
    const client = path.resolve(import.meta.dirname, '../../../src/inference/workerClient.ts');
    const script = `
      import { WorkerClient } from ${JSON.stringify(client)};
      const worker = new WorkerClient();
      const load = ${JSON.stringify({ method: 'load', ...folders(), ...ALONE })};
      for await (const message of worker.request(load)) console.log(worker.pid, message.event);
      const sample = ${JSON.stringify({ method: 'sample', batch: batch([item('x', 60)], { maxTokens: 500 }) })};
      for (;;) await Array.fromAsync(worker.request(sample));
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString().split(' ')[0]);
    assert.ok(await isAlive(pid));
    parent.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while ((await isAlive(pid)) && Date.now() < deadline) await sleep(50);
    assert.equal(await isAlive(pid), false);
  });

  it('counts how often an export agrees with its model', async () => {
    const whole = await agreementOf(tiny.onnxFolder);
    assert.ok(whole.total > 30);
    assert.ok(whole.agree >= whole.total - 1, `${whole.agree} of ${whole.total}`);
    assert.equal((await agreementOf(tiny.onnxFolder, 30)).total, 30);
    await withCopy(async (copy) => {
      const file = path.join(copy, 'choices.json');
      const record = JSON.parse(await readFile(file, 'utf8')) as { sequences: { top1: number[] }[] };
      const [first] = record.sequences;
      first!.top1 = first!.top1.map((id) => id + 1);
      await writeFile(file, JSON.stringify(record));
      const spoilt = await agreementOf(copy);
      assert.equal(spoilt.total, whole.total);
      assert.ok(spoilt.agree <= whole.total - first!.top1.length);
    });
  });

  for (const [name, content] of [
    ['genai_config.json', undefined],
    ['genai_config.json', '{}'],
    ['model.onnx', 'no graph'],
    ['choices.json', '{"sequences": [{"ids": [1, 2], "top1": [1]}]}'],
  ] as const) {
    it(`names ${name} when it is ${content ?? 'missing'}`, async () => {
      await withCopy(async (copy) => {
        await rm(path.join(copy, name));
        if (content !== undefined) await writeFile(path.join(copy, name), content);
        await assert.rejects(
          agreementOf(copy),
          (error) => error instanceof UserError && error.message.includes(name),
        );
      });
    });
  }

  function folders(): { modelFolder: string; onnxFolder: string } {
    return { modelFolder: tiny.modelFolder, onnxFolder: tiny.onnxFolder };
  }

  const agreementOf = (onnxFolder: string, tokens = 1000): ReturnType<typeof measureAgreement> =>
    measureAgreement({
      ...{ modelFolder: tiny.modelFolder, onnxFolder, threads: 1, tokens },
      choices: path.join(onnxFolder, 'choices.json'),
    });

  async function withCopy(use: (copy: string) => Promise<void>): Promise<void> {
    const copy = await mkdtemp(path.join(os.tmpdir(), 'leti-export-'));
    try {
      await cp(tiny.onnxFolder, copy, { recursive: true });
      await use(copy);
    } finally {
      await rm(copy, { recursive: true });
    }
  }
});

/** Whether a process runs; one that waits for an init to collect it does not. */
async function isAlive(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    return !state.includes(') Z ');
  } catch {
    return false;
  }
}
