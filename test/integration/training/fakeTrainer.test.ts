import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JsonLinesChild } from '../../../src/process/jsonLinesChild.ts';
import { TRAINER_PROTOCOL, TrainerEvent } from '../../../src/protocol/training.ts';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { FakeTrainer } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { CHOICES } from '../../support/tinyExports.ts';
import { root, tinyFixture, trainerPython } from '../../support/tinyRun.ts';

/** One request of the conversation, and what it leaves on the disk. */
interface Turn {
  request: Record<string, unknown>;
  out?: string;
}

/** What a trainer said to a request: the shape of each event, and the files that it left. */
interface Said {
  method: unknown;
  events: string[];
  files: string[];
}

describe('the fake trainer', function () {
  this.timeout(180_000);
  const folder = useFolder();
  let model: string;

  before(() => {
    model = tinyFixture(folder()).model;
  });

  it('says what the real one says, event by event, and leaves the same files', async () => {
    const texts = path.join(folder(), 'texts.jsonl');
    const programs = ['def add_one(x):\n    return x + 1', 'def double(x):\n    return x * 2', 'x = 3'];
    writeFileSync(texts, programs.map((text, id) => JSON.stringify(exampleOf(text, id)) + '\n').join(''));
    writeFileSync(path.join(folder(), 'none.jsonl'), '');
    writeFileSync(path.join(folder(), 'odd.jsonl'), '{"id": "a", "segments": []}\n');
    const real = path.join(folder(), 'real');
    const expected = await converse(trainerPython(), conversation(real, model, texts));
    const choices = { sequences: [{ ids: [1, 2], top1: [2, 3] }] };
    writeFileSync(path.join(real, 'exports', CHOICES), JSON.stringify(choices));
    const fake = new FakeTrainer(path.join(folder(), 'fake-python'));
    fake.exportsAs(model, path.join(real, 'exports'));
    const said = await converse(fake.python, conversation(path.join(folder(), 'fake'), model, texts));
    for (const [turn, { events }] of expected.entries()) assert.ok(events.length > 0, `turn ${turn}`);
    assert.deepEqual(said, expected);
  });

  it('says the same twice', async () => {
    const fake = new FakeTrainer(path.join(folder(), 'twice-python'));
    fake.exportsAs(model, path.join(folder(), 'real', 'exports'));
    const texts = path.join(folder(), 'texts.jsonl');
    const answers = ['one', 'two'].map(async (name) => {
      const turns = conversation(path.join(folder(), name), model, texts);
      const all = await eventsOf(
        fake.python,
        turns.map(({ request }) => request),
      );
      return all.map((events) =>
        events.map((event) => ({ ...event, seconds: 0, result: undefined, message: undefined })),
      );
    });
    const [one, two] = await Promise.all(answers);
    assert.deepEqual(one, two);
  });
});

/** Everything that LeTI asks a trainer for, and requests that a trainer refuses. */
function conversation(out: string, model: string, texts: string): Turn[] {
  mkdirSync(out, { recursive: true });
  const inOut = (name: string): string => path.join(out, name);
  const nothing = (name: string): string => path.join(path.dirname(texts), name);
  const device = { device: 'cpu', threads: 1 };
  const training = {
    ...{ method: 'train', model, examples: texts, work: inOut('work'), ...device },
    settings: { ...DEFAULT_RUN.training, method: 'full', epochs: 2, batchSize: 2, checkpointSteps: 2 },
  };
  const exporting = (precision: string): Turn => ({
    request: { method: 'export', model, out: inOut(`exports/${precision}`), precision },
    out: inOut(`exports/${precision}`),
  });
  const sampling = { temperature: 1, topP: 1, topK: 0, maxTokens: 400, seed: 1, round: 1 };
  const prompt = [{ text: '```python\ndef add_one(x):', kind: 'text' }];
  const items = [1, 2].map((key) => ({ key, prompt, samples: 3, stop: '\\n```' }));
  return [
    { request: { method: 'hello', protocol: TRAINER_PROTOCOL } },
    { request: { method: 'hello', protocol: TRAINER_PROTOCOL + 1 } },
    { request: { method: 'sample', batch: { items, settings: sampling } } },
    exporting('fp32'),
    exporting('int8'),
    { request: { ...exporting('int4').request } },
    { request: { method: 'choices', model, texts, threads: 1, maxTokens: 100 } },
    { request: { method: 'choices', model, texts: nothing('none.jsonl'), threads: 1, maxTokens: 100 } },
    ...['onnx', 'torch'].flatMap((engine): Turn[] => [
      {
        request: {
          ...{ method: 'load', engine, tokenizer: model, ...device },
          folder: engine === 'onnx' ? inOut('exports/fp32') : model,
        },
      },
      { request: { method: 'sample', batch: { items, settings: sampling } } },
    ]),
    { request: { method: 'unload' } },
    { request: { method: 'sample', batch: { items, settings: sampling } } },
    { request: { method: 'load', engine: 'torch', tokenizer: model, ...device, folder: inOut('nowhere') } },
    { request: { method: 'sample', batch: { items } } },
    { request: { ...training, out: inOut('trained') }, out: inOut('trained') },
    { request: { ...training, out: inOut('empty'), examples: nothing('none.jsonl') }, out: inOut('empty') },
    { request: { ...training, out: inOut('odd'), examples: nothing('odd.jsonl') }, out: inOut('odd') },
    { request: { ...training, out: inOut('unsettled'), settings: {} } },
    { request: { method: 'measure', model, texts, ...device, maxTokens: 100 } },
    { request: { method: 'measure', model: inOut('trained'), texts, ...device, maxTokens: 100 } },
  ];
}

function exampleOf(text: string, id: number): object {
  return { id: String(id), segments: [{ text, kind: 'text', role: 'program', weight: 1 }] };
}

async function converse(python: string, turns: readonly Turn[]): Promise<Said[]> {
  const answers = await eventsOf(
    python,
    turns.map(({ request }) => request),
  );
  return turns.map(({ request, out }, turn) => ({
    method: request['method'],
    events: shapesOf(answers[turn] ?? []),
    files: out !== undefined && existsSync(out) ? readdirSync(out).sort() : [],
  }));
}

/** Starts a trainer as `TrainerClient` does, and asks for one thing after another. */
async function eventsOf(python: string, requests: readonly object[]): Promise<TrainerEvent[][]> {
  const child = new JsonLinesChild(python, ['-u', '-B', '-m', 'leti_trainer'], {
    schema: TrainerEvent,
    env: { ...process.env, PYTHONPATH: path.join(root, 'python') },
  });
  const answers: TrainerEvent[][] = [];
  try {
    for (const request of requests) {
      const events: TrainerEvent[] = [];
      const isLast = ({ event }: TrainerEvent): boolean => event === 'done' || event === 'error';
      for await (const event of child.request(request, isLast)) events.push(event);
      answers.push(events);
    }
  } finally {
    await child.close();
  }
  return answers;
}

/** The shapes of a request's events. Which program ends first is the weights' business. */
function shapesOf(events: readonly TrainerEvent[]): string[] {
  const [programs, others] = [true, false].map((wanted) =>
    events.filter(({ event }) => (event === 'program') === wanted).map(shapeOf),
  );
  return [...(programs ?? []).sort(), ...(others ?? [])];
}

/** An event without its numbers and texts: its fields and their types, and what an enumeration says. */
function shapeOf(event: TrainerEvent): string {
  const kept = ['event', 'code', 'step', 'steps', 'key'];
  return JSON.stringify(event, (name, value: unknown) => {
    if (kept.includes(name)) return value;
    // How many tokens a text has is the tokenizer's business.
    if (name === 'sequences') return { of: (value as unknown[])[0] };
    if (name === 'ids' || name === 'top1') return { of: typeof (value as unknown[])[0] };
    if (Array.isArray(value)) return { length: value.length, of: value[0] as unknown };
    return typeof value === 'object' ? sorted(value) : typeof value;
  });
}

function sorted(value: object | null): object {
  return Object.fromEntries(Object.entries(value ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}
