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

/** The trainer process: one request at a time, ended with its whole tree on abort or close. */
export class TrainerClient {
  readonly #child: JsonLinesChild<TrainerEvent>;
  readonly #signal: AbortSignal;

  /** Starts the process; libraries are imported by the first request that needs them. */
  constructor(options: { python: string; env: NodeJS.ProcessEnv; signal: AbortSignal }) {
    this.#signal = options.signal;
    this.#child = new JsonLinesChild(options.python, ['-u', '-B', '-m', 'leti_trainer'], {
      schema: TrainerEvent,
      env: {
        // Threads that wait for each other by spinning make training many times slower on a machine that is busy.
        OMP_WAIT_POLICY: 'passive',
        ...options.env,
        PYTHONPATH: path.join(packageRoot(), 'python'),
        PYTHONHASHSEED: '0',
        TOKENIZERS_PARALLELISM: 'false',
        TQDM_DISABLE: '1',
        HF_HUB_DISABLE_PROGRESS_BARS: '1',
        TRANSFORMERS_VERBOSITY: 'error',
      },
    });
  }

  /** Versions of the environment's packages; throws when one is missing or the protocols differ. */
  async hello(): Promise<{ python: string; versions: Record<string, string> }> {
    return Hello.parse(await this.#ask({ method: 'hello', protocol: TRAINER_PROTOCOL }));
  }

  async convert(request: Request<'convert'>): Promise<void> {
    await this.#ask({ method: 'convert', ...request });
  }

  async download(request: Request<'download'>, onEvent: Listener): Promise<void> {
    await this.#ask({ method: 'download', ...request }, onEvent);
  }

  /** Returns the path of the joined file. */
  async mirror(request: Request<'mirror'>, onEvent: Listener): Promise<string> {
    return MirrorFile.parse(await this.#ask({ method: 'mirror', ...request }, onEvent)).gguf;
  }

  async export(request: Request<'export'>): Promise<void> {
    await this.#ask({ method: 'export', ...request });
  }

  async train(request: Request<'train'>, onEvent: Listener): Promise<Trained> {
    return Trained.parse(await this.#ask({ method: 'train', ...request }, onEvent));
  }

  async measure(request: Request<'measure'>): Promise<Likelihoods> {
    return Likelihoods.parse(await this.#ask({ method: 'measure', ...request }));
  }

  /** Loads a model to sample from. The sampler takes this client over: closing it ends the process. */
  async sampler(request: Request<'load'>): Promise<Sampler> {
    const { engine } = Loaded.parse(await this.#ask({ method: 'load', ...request }));
    return {
      engine,
      sample: (batch, signal) => this.#sample(batch, signal),
      close: () => this.close(),
    };
  }

  async close(): Promise<void> {
    await this.#child.close();
  }

  async *#sample(batch: SampleBatch, signal: AbortSignal | undefined): AsyncGenerator<GeneratedText> {
    for await (const event of this.#events({ method: 'sample', batch }, signal)) {
      if (event.event === 'program') {
        const { key, sample, text, tokens, finish } = event;
        yield { key, sample, text, tokens, finish };
      }
    }
  }

  async #ask(request: TrainerRequest, onEvent?: Listener): Promise<Record<string, unknown>> {
    let result: Record<string, unknown> = {};
    for await (const event of this.#events(request)) {
      if (event.event === 'done') result = event.result;
      else onEvent?.(event);
    }
    return result;
  }

  /** Events of one request; an error event and a child that dies become the errors that the user sees. */
  async *#events(request: TrainerRequest, signal: AbortSignal = this.#signal): AsyncGenerator<TrainerEvent> {
    const isLast = (event: TrainerEvent): boolean => event.event === 'done' || event.event === 'error';
    try {
      for await (const event of this.#child.request(request, isLast, signal)) {
        if (event.event === 'error') throw trainerError(event.code, event.message);
        yield event;
      }
    } catch (error) {
      if (signal.aborted) throw new InterruptedError();
      throw error instanceof ChildEndedError ? diedError(error, request.method) : error;
    }
  }
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
