import path from 'node:path';
import { z } from 'zod';
import { ChildEndedError, JsonLinesChild } from '../process/jsonLinesChild.ts';
import { packageRoot } from '../process/packageRoot.ts';
import {
  action,
  flag,
  InterruptedError,
  type NextStep,
  setting,
  step,
  UserError,
} from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch, Sampler } from '../protocol/sampling.ts';
import {
  Choices,
  Downloaded,
  Likelihoods,
  MirrorFile,
  Trained,
  TRAINER_PROTOCOL,
  TrainerEvent,
  type TrainerRequest,
} from '../protocol/training.ts';

const Hello = z.object({ versions: z.record(z.string(), z.string()), python: z.string() });
const Loaded = z.object({ engine: z.string() });
export type StepEvent = Extract<TrainerEvent, { event: 'step' }>;

type Request<M extends TrainerRequest['method']> = Omit<Extract<TrainerRequest, { method: M }>, 'method'>;
type Listener = (event: TrainerEvent) => void;

const LESS_MEMORY: NextStep = [
  ...step`Close other programs, or choose a smaller model with ${setting('model')}.`,
  ...step`Or train with ${flag('--method lora')}.`,
];

/** What to do next, by the code of a trainer's error. */
const NEXT_STEPS: Record<string, NextStep> = {
  bad_model: [
    ...step`Choose another model with ${setting('model')}, or remove the damaged folder.`,
    ...step`${action('listModels')} to see the stored models.`,
  ],
  bad_input: step`Check the values that you gave, then start again.`,
  out_of_memory: LESS_MEMORY,
  no_network: step`Check the network, or choose a model folder with ${setting('model')}.`,
  no_space: [...step`Free some space.`, ...step`${action('showDisk')} to see what LeTI stores.`],
};

/** Requests in which the trainer computes with a model of its own. The one that it samples with is freed first. */
const FREES_THE_SAMPLER: ReadonlySet<TrainerRequest['method']> = new Set([
  'convert',
  'train',
  'export',
  'choices',
  'measure',
]);
/** Errors after which nobody knows what memory the process still holds. */
const SPOILT = ['out_of_memory', 'internal'];

/**
 * The trainer, a process that answers one request after the other. It starts with the first request. If it has died since,
 * the next request starts it again. It ends with its whole tree on abort or close, and when an answer is not read to its end.
 */
export class TrainerClient {
  readonly #options: { python: string; env: NodeJS.ProcessEnv; signal: AbortSignal };
  #child: JsonLinesChild<TrainerEvent> | undefined;
  /** What the present process has loaded to sample with. */
  #loaded: Request<'load'> | undefined;
  /** Ends with the last request. */
  #last: Promise<void> = Promise.resolve();

  constructor(options: { python: string; env: NodeJS.ProcessEnv; signal: AbortSignal }) {
    this.#options = options;
  }

  /** Versions of the environment's packages; throws when one is missing or the protocols differ. */
  async hello(): Promise<{ python: string; versions: Record<string, string> }> {
    return Hello.parse(await this.#ask({ method: 'hello', protocol: TRAINER_PROTOCOL }));
  }

  async convert(request: Request<'convert'>): Promise<void> {
    await this.#ask({ method: 'convert', ...request });
  }

  /** Returns the commit that the files are of. */
  async download(request: Request<'download'>, onEvent: Listener): Promise<string> {
    return Downloaded.parse(await this.#ask({ method: 'download', ...request }, onEvent)).revision;
  }

  /** Returns the path of the joined file. */
  async mirror(request: Request<'mirror'>, onEvent: Listener): Promise<string> {
    return MirrorFile.parse(await this.#ask({ method: 'mirror', ...request }, onEvent)).gguf;
  }

  async export(request: Request<'export'>): Promise<void> {
    await this.#ask({ method: 'export', ...request });
  }

  async choices(request: Request<'choices'>): Promise<Choices> {
    return Choices.parse(await this.#ask({ method: 'choices', ...request }));
  }

  async train(request: Request<'train'>, onEvent: Listener): Promise<Trained> {
    return Trained.parse(await this.#ask({ method: 'train', ...request }, onEvent));
  }

  async measure(request: Request<'measure'>): Promise<Likelihoods> {
    return Likelihoods.parse(await this.#ask({ method: 'measure', ...request }));
  }

  /** Loads a model to sample from. Closing the sampler frees its memory; the process stays. */
  async sampler(request: Request<'load'>): Promise<Sampler> {
    const { engine } = await this.#inTurn(async () => {
      return Loaded.parse(await resultOf(this.#load(request, this.#options.signal)));
    });
    return {
      engine,
      sample: (batch, signal) => this.#sample(request, batch, signal ?? this.#options.signal),
      close: () =>
        this.#inTurn(async () => {
          if (this.#loaded !== request || this.#options.signal.aborted) return;
          await resultOf(this.#events({ method: 'unload' }, this.#options.signal));
        }),
    };
  }

  /** Ends the process, where there is one. */
  async close(): Promise<void> {
    await this.#child?.close();
  }

  async *#sample(
    model: Request<'load'>,
    batch: SampleBatch,
    signal: AbortSignal,
  ): AsyncGenerator<GeneratedText> {
    const done = await this.#turn();
    try {
      // Another request may have freed it, or a new process may have taken the place of the one that had it.
      if (this.#present() === undefined || this.#loaded !== model) await resultOf(this.#load(model, signal));
      for await (const event of this.#events({ method: 'sample', batch }, signal)) {
        if (event.event === 'program') {
          const { key, sample, text, tokens, finish } = event;
          yield { key, sample, text, tokens, finish };
        }
      }
    } finally {
      done();
    }
  }

  async *#load(request: Request<'load'>, signal: AbortSignal): AsyncGenerator<TrainerEvent> {
    yield* this.#events({ method: 'load', ...request }, signal);
    this.#loaded = request;
  }

  async #ask(request: TrainerRequest, onEvent?: Listener): Promise<Record<string, unknown>> {
    return await this.#inTurn(() => resultOf(this.#events(request, this.#options.signal), onEvent));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = await this.#turn();
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Waits for the requests before; the caller says when its own is done. */
  async #turn(): Promise<() => void> {
    const before = this.#last;
    let done = (): void => undefined;
    this.#last = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  }

  /** Events of one request; an error event and a child that dies become the errors that the user sees. */
  async *#events(request: TrainerRequest, signal: AbortSignal): AsyncGenerator<TrainerEvent> {
    if (isAborted(signal)) throw new InterruptedError();
    const child = this.#present() ?? this.#start();
    if (request.method === 'load' || request.method === 'unload' || FREES_THE_SAMPLER.has(request.method))
      this.#loaded = undefined;
    let usable = false;
    const isLast = (event: TrainerEvent): boolean => event.event === 'done' || event.event === 'error';
    try {
      for await (const event of child.request(request, isLast, signal)) {
        usable = event.event === 'done' || (event.event === 'error' && !SPOILT.includes(event.code));
        if (event.event === 'error') throw trainerError(event.code, event.message);
        yield event;
      }
    } catch (error) {
      if (isAborted(signal)) throw new InterruptedError();
      throw error instanceof ChildEndedError ? diedError(error, request.method) : error;
    } finally {
      // What is left of its answers would be taken for those of the next request.
      if (!usable) this.#drop(child);
    }
  }

  /** The process, if there is one that answers. */
  #present(): JsonLinesChild<TrainerEvent> | undefined {
    if (this.#child?.ended === true) this.#drop(this.#child);
    return this.#child;
  }

  #drop(child: JsonLinesChild<TrainerEvent>): void {
    child.kill();
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#loaded = undefined;
  }

  /** Starts the process; libraries are imported by the first request that needs them. */
  #start(): JsonLinesChild<TrainerEvent> {
    const { python, env } = this.#options;
    this.#child = new JsonLinesChild(python, ['-u', '-B', '-m', 'leti_trainer'], {
      schema: TrainerEvent,
      // Its first place for imports.
      cwd: path.join(packageRoot(), 'python'),
      env: {
        // Threads that wait for each other by spinning make training many times slower on a machine that is busy.
        OMP_WAIT_POLICY: 'passive',
        ...Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('PYTHON'))),
        PYTHONPATH: path.join(packageRoot(), 'python'),
        PYTHONHASHSEED: '0',
        TOKENIZERS_PARALLELISM: 'false',
        TQDM_DISABLE: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
        TRANSFORMERS_VERBOSITY: 'error',
      },
    });
    return this.#child;
  }
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

/** Reads a request's events to the end. `onEvent` hears all but the last. */
async function resultOf(
  events: AsyncIterable<TrainerEvent>,
  onEvent?: Listener,
): Promise<Record<string, unknown>> {
  let result: Record<string, unknown> = {};
  for await (const event of events) {
    if (event.event === 'done') result = event.result;
    else onEvent?.(event);
  }
  return result;
}

function trainerError(code: string, message: string): Error {
  const nextStep = NEXT_STEPS[code];
  return nextStep === undefined
    ? new Error(`trainer: ${message}`)
    : new UserError(sentence(message), nextStep);
}

function diedError(error: ChildEndedError, method: string): UserError {
  if (error.signal === 'SIGKILL') {
    return new UserError(
      `The trainer was killed during "${method}", most likely because memory ran out.`,
      [...LESS_MEMORY, ...step`You can resume the run.`],
      1,
      { cause: error },
    );
  }
  return new UserError(
    `The trainer stopped during "${method}": ${error.message}. Its last words: ${error.stderr.trim().split('\n').slice(-3).join(' / ')}`,
    [...step`${action('doctor')} to check the trainer environment.`, ...step`You can resume the run.`],
    1,
    { cause: error },
  );
}

function sentence(message: string): string {
  const text = message.slice(0, 1).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
