/**
 * The process behind `FakeTrainer`: `fakeTrainerProcess.ts PLAN ARGUMENTS...` answers like the Python that LeTI calls
 * with these arguments. Requests and events are checked against the schemas of src/protocol/training.ts.
 */
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { uniform } from '../../src/core/random.ts';
import { SampleBatch, type SampleItem, type SamplingSettings } from '../../src/protocol/sampling.ts';
import {
  TRAINER_PROTOCOL,
  TrainerEvent,
  TrainerRequest,
  TrainingExample,
} from '../../src/protocol/training.ts';
import { tokenizerHash, type FakeTrainerPlan } from './fakeTrainer.ts';
import { CHOICES } from './tinyExports.ts';

type Ask<M extends TrainerRequest['method']> = Extract<TrainerRequest, { method: M }>;
type Emit = (event: TrainerEvent) => Promise<void>;

/** A request that the real trainer refuses too, with the protocol's code. */
class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const VERSIONS = [
  'torch',
  'transformers',
  'peft',
  'accelerate',
  'tokenizers',
  'pydantic',
  'onnx',
  'onnxruntime',
  'onnxruntime-genai',
];
/** Right bodies of the tiny tasks; half of the samples of such a function are right. */
const RIGHT: Readonly<Record<string, string>> = {
  add_one: 'return x + 1',
  add_two: 'return x + 2',
  double: 'return x * 2',
  triple: 'return x * 3',
  square: 'return x * x',
  negate: 'return -x',
  same: 'return x',
  minus_one: 'return x - 1',
};
const WRONG = ['return x + 40', 'return undefined_name', 'return [x]'];
/** Characters of text that count as one token. */
const TOKEN = 3;

const [planFile = '', ...args] = process.argv.slice(2);
let loaded = false;

if (args.includes('-c')) process.stdout.write('["cpython", "fake trainer", 3, 12]\n');
else serve();

function serve(): void {
  const lines = createInterface({ input: process.stdin });
  // Like the real trainer it ends with its parent, whatever it is doing.
  lines.on('close', () => process.exit(0));
  const waiting: string[] = [];
  let working = false;
  lines.on('line', (line) => {
    waiting.push(line);
    if (!working) {
      working = true;
      void work().finally(() => (working = false));
    }
  });
  async function work(): Promise<void> {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) await answer(line);
  }
}

async function answer(line: string): Promise<void> {
  const { method } = JSON.parse(line) as { method: string };
  const { hold } = plan();
  let left = hold?.method === method ? hold.events : Infinity;
  const emit: Emit = async (event) => {
    if (left-- <= 0) await held();
    process.stdout.write(JSON.stringify(TrainerEvent.parse(event)) + '\n');
  };
  try {
    const request = TrainerRequest.safeParse(JSON.parse(line));
    if (!request.success) throw new Refusal('bad_input', request.error.message);
    if (left <= 0) await held();
    await emit({ event: 'done', result: await resultOf(request.data, emit) });
  } catch (error) {
    const code = error instanceof Refusal ? error.code : 'internal';
    await emit({ event: 'error', code, message: error instanceof Error ? error.message : String(error) });
  }
}

/** Says nothing more; the process ends with its parent, or when it is killed. */
async function held(): Promise<never> {
  return await new Promise(() => undefined);
}

async function resultOf(request: TrainerRequest, emit: Emit): Promise<Record<string, unknown>> {
  if (['unload', 'convert', 'train', 'export', 'choices', 'measure'].includes(request.method)) loaded = false;
  switch (request.method) {
    case 'hello':
      return hello(request);
    case 'load':
      return load(request);
    case 'unload':
      return {};
    case 'sample':
      return await sample(request, emit);
    case 'train':
      return await train(request, emit);
    case 'export':
      return exported(request);
    case 'choices':
      return choices(request);
    case 'measure':
      return measure(request);
    case 'download':
      await emit({ event: 'progress', phase: 'download', done: 1, total: 2 });
      given(request.method, request.out);
      return { revision: request.revision === '' ? NEWEST : request.revision };
    case 'mirror':
      await emit({ event: 'progress', phase: 'download', done: 1, total: 2 });
      return joined(request);
    case 'convert':
      return given(request.method, request.out);
  }
}

/** The commit of a model whose revision was not named. */
const NEWEST = 'a'.repeat(40);

function hello({ protocol }: Ask<'hello'>): Record<string, unknown> {
  if (protocol !== TRAINER_PROTOCOL) throw new Refusal('protocol', `not protocol ${protocol}`);
  const versions = Object.fromEntries(VERSIONS.map((name) => [name, '0.0.0+fake']));
  return { protocol, python: '3.12.0', platform: 'fake', versions };
}

/** A copy of the model folder that the plan gives to a source. */
function given(method: 'download' | 'mirror' | 'convert', out: string): Record<string, unknown> {
  const source = plan().sources?.[method] ?? { code: 'no_network', message: `there is no ${method}` };
  if ('code' in source) throw new Refusal(source.code, source.message);
  appearsWhole(out, (half) => {
    cpSync(source.folder, half, { recursive: true });
  });
  return {};
}

function joined({ work }: Ask<'mirror'>): Record<string, unknown> {
  given('mirror', work);
  return { gguf: path.join(work, 'model.gguf') };
}

function load({ engine, folder }: Ask<'load'>): Record<string, unknown> {
  const file = path.join(folder, engine === 'onnx' ? 'model.onnx' : 'model.safetensors');
  if (!existsSync(file)) throw new Refusal('bad_model', `${file} is missing`);
  loaded = true;
  return { engine: `fake ${engine}` };
}

async function sample({ batch }: Ask<'sample'>, emit: Emit): Promise<Record<string, unknown>> {
  if (!loaded) throw new Refusal('bad_input', 'no model is loaded to sample from');
  const parsed = SampleBatch.safeParse(batch);
  if (!parsed.success) throw new Refusal('bad_input', `the batch is not valid: ${parsed.error.message}`);
  const { items, settings } = parsed.data;
  const programs = items.flatMap((item) =>
    Array.from({ length: item.samples }, (_, number) => ({
      ...{ key: item.key, sample: number },
      ...programOf(item, number, settings),
    })),
  );
  // The shortest ends first, as where all of a batch are written at once.
  programs.sort((a, b) => a.tokens - b.tokens);
  for (const program of programs) await emit({ event: 'program', ...program });
  return { programs: programs.length, tokens: programs.reduce((sum, { tokens }) => sum + tokens, 0) };
}

function programOf(
  { key, prompt, stop }: SampleItem,
  number: number,
  { seed, round, maxTokens }: SamplingSettings,
): { text: string; tokens: number; finish: 'end' | 'stop' | 'length' } {
  const asked = prompt.map(({ text }) => text).join('');
  const name = [...asked.matchAll(/^ *def (\w+)\(/gm)].at(-1)?.[1] ?? '';
  const right = RIGHT[name];
  const bodies = plan().bodies?.[name] ?? (right === undefined ? WRONG : [...WRONG, right, right, right]);
  const body = bodies[Math.floor(uniform(seed, round, key, number) * bodies.length)] ?? '';
  const whole = `\n    ${body}\n\`\`\``;
  const text = whole.slice(0, maxTokens * TOKEN);
  const tokens = Math.ceil(text.length / TOKEN);
  return { text, tokens, finish: text === whole ? (new RegExp(stop).test(text) ? 'stop' : 'end') : 'length' };
}

async function train(request: Ask<'train'>, emit: Emit): Promise<Record<string, unknown>> {
  const { settings, work } = request;
  const examples = examplesOf(request.examples);
  const batches = Math.ceil(examples.length / settings.batchSize);
  const steps = settings.steps > 0 ? settings.steps : batches * settings.epochs;
  const training = digest(request.examples, weightsOf(request.model), JSON.stringify(settings));
  const begun = Date.now();
  const finished = checkpoint(work, training);
  mkdirSync(work, { recursive: true });
  let loss = 0;
  for (let step = finished + 1; step <= steps; step++) {
    loss = 3 * 0.9 ** step + uniform(numberOf(training), step);
    const tokens = settings.batchSize * 20;
    const seconds = 0.001;
    const [learningRate, gradNorm] = [settings.learningRate ?? 2e-5, 1];
    await emit({ event: 'step', step, steps, loss, learningRate, gradNorm, tokens, seconds });
    if (step % settings.checkpointSteps === 0 && step < steps)
      writeFileSync(path.join(work, CHECKPOINT), JSON.stringify({ training, step }));
  }
  appearsWhole(request.out, (half) => {
    for (const file of readdirSync(request.model)) {
      if (/\.json$|\.jinja$/.test(file) && file !== 'leti.json')
        cpSync(path.join(request.model, file), path.join(half, file));
    }
    writeFileSync(path.join(half, 'model.safetensors'), changedWeights(request.model, training));
  });
  rmSync(path.join(work, CHECKPOINT), { force: true });
  return {
    steps,
    tokens: steps * settings.batchSize * 20,
    seconds: (Date.now() - begun) / 1000,
    finalLoss: loss,
    method: settings.method === 'auto' ? 'full' : settings.method,
    precision: 'float32',
    gflops: 30,
    matmulGflops: 40,
  };
}

const CHECKPOINT = 'checkpoint.json';

/** Steps that an earlier try of the same training finished. */
function checkpoint(work: string, training: string): number {
  const file = path.join(work, CHECKPOINT);
  if (!existsSync(file)) return 0;
  const found = JSON.parse(readFileSync(file, 'utf8')) as { training: string; step: number };
  return found.training === training ? found.step : 0;
}

/** A model's weights with slightly other numbers: the last ones get other last bits. */
function changedWeights(model: string, training: string): Buffer {
  const weights = readFileSync(path.join(model, 'model.safetensors'));
  const header = 8 + Number(weights.readBigUInt64LE(0));
  for (const [index, byte] of Buffer.from(training, 'hex').entries()) {
    const at = weights.length - 4 * (index + 1);
    if (at >= header) weights[at] = byte;
  }
  return weights;
}

function exported({ model, out, precision }: Ask<'export'>): Record<string, unknown> {
  const source = path.join(exportsOf(model), precision);
  appearsWhole(out, (half) => {
    cpSync(source, half, { recursive: true });
  });
  return { unmapped: null };
}

function choices({ model, texts }: Ask<'choices'>): Record<string, unknown> {
  examplesOf(texts);
  const file = path.join(exportsOf(model), CHOICES);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
}

/** Where the real trainer's exports of a model are, and of what a run trains from it. */
function exportsOf(model: string): string {
  if (!existsSync(path.join(model, 'config.json'))) throw new Refusal('bad_model', `${model} is incomplete`);
  const exports = plan().exports[tokenizerHash(model)];
  if (exports === undefined) throw new Error(`the fake trainer was told of no exports of ${model}`);
  return exports;
}

function measure({ model, texts }: Ask<'measure'>): Record<string, unknown> {
  const weights = numberOf(weightsOf(model));
  return {
    texts: examplesOf(texts).map(({ segments }, index) => {
      const weight = segments.reduce(
        (sum, segment) => sum + Math.abs(segment.weight) * segment.text.length,
        0,
      );
      return { loss: weight * (1 + uniform(weights, index)), weight };
    }),
  };
}

function examplesOf(file: string): TrainingExample[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const examples = lines.map((line) => TrainingExample.safeParse(JSON.parse(line)));
  if (examples.length === 0) throw new Refusal('bad_input', `${file} holds no text`);
  return examples.map((example, index) => {
    if (!example.success) throw new Refusal('bad_input', `${file}:${index + 1}: ${example.error.message}`);
    return example.data;
  });
}

function appearsWhole(out: string, fill: (half: string) => void): void {
  const half = `${out}.${process.pid}.tmp`;
  mkdirSync(half, { recursive: true });
  fill(half);
  rmSync(out, { recursive: true, force: true });
  renameSync(half, out);
}

function weightsOf(model: string): string {
  return createHash('sha256')
    .update(readFileSync(path.join(model, 'model.safetensors')))
    .digest('hex');
}

function digest(file: string, ...more: string[]): string {
  const hash = createHash('sha256').update(readFileSync(file));
  for (const text of more) hash.update(text);
  return hash.digest('hex');
}

function numberOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16);
}

function plan(): FakeTrainerPlan {
  return JSON.parse(readFileSync(planFile, 'utf8')) as FakeTrainerPlan;
}
