import type {
  CompleteOptions,
  Completer,
  CompletionAnswer,
  CompletionRequest,
  ModelFolders,
  ProviderTrial,
} from '../protocol/completion.ts';
import { action, InterruptedError, setting, step, UserError } from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch } from '../protocol/sampling.ts';
import { startWorker } from './nodeSampler.ts';
import { CrashError, type WorkerClient } from './workerClient.ts';

export interface NodeCompleterOptions {
  model: ModelFolders;
  threads: number;
  /** Execution providers to try beside the CPU; all that this build has, if it is missing. */
  providers?: readonly string[];
  /** Told once each time the process ends without having been asked to. */
  onCrash?: (message: string) => void;
}

/** Ends in a row, without an answer between them, after which the process is not started again. */
const MOST_CRASHES = 3;

interface Running {
  worker: WorkerClient;
  runtime: string;
  providers: readonly ProviderTrial[];
  /** Requests that it has not answered. */
  busy: Set<Promise<unknown>>;
}

/**
 * Completes with onnxruntime-node in a process of its own, which is started again when it ends.
 * @throws UserError naming the file of a folder that is incomplete or broken.
 */
export async function createNodeCompleter(options: NodeCompleterOptions): Promise<Completer> {
  const completer = new NodeCompleter(options);
  await completer.start();
  return completer;
}

class NodeCompleter implements Completer {
  readonly #options: NodeCompleterOptions;
  #model: ModelFolders;
  /** Execution providers that are worth a trial; all that onnxruntime-node has, where it is not known yet. */
  #others: readonly string[] | undefined;
  #running: Promise<Running> | undefined;
  /** What last ran, also while nothing does. */
  #last: Running | undefined;
  #crashes = 0;
  #closed = false;
  #superseded = new AbortController();

  constructor(options: NodeCompleterOptions) {
    this.#options = options;
    this.#model = options.model;
    this.#others = options.providers;
  }

  get engine(): string {
    const runtime = this.#last?.runtime ?? 'onnxruntime-node';
    const provider = this.providers[0]?.provider ?? 'cpu';
    return [runtime, ...(provider === 'cpu' ? [] : [provider]), this.#model.precision].join(' ');
  }

  get providers(): readonly ProviderTrial[] {
    return this.#last?.providers ?? [];
  }

  get pid(): number | undefined {
    return this.#last?.worker.pid;
  }

  async start(): Promise<void> {
    await this.#current();
  }

  async complete(request: CompletionRequest, options: CompleteOptions = {}): Promise<CompletionAnswer> {
    const signal = this.#signalOf(options);
    try {
      return await this.#completeOnce(request, options, signal);
    } catch (error) {
      // What a crash interrupted is asked once more.
      if (!(error instanceof CrashError)) throw error;
      return await this.#completeOnce(request, options, signal);
    }
  }

  async *sample(batch: SampleBatch, signal?: AbortSignal): AsyncGenerator<GeneratedText, void> {
    const running = await this.#current();
    let answered: () => void = () => undefined;
    const busy = new Promise<void>((resolve) => (answered = resolve));
    running.busy.add(busy);
    try {
      for await (const message of running.worker.request({ method: 'sample', batch }, signal)) {
        if (message.event === 'program') yield message.program;
      }
      this.#crashes = 0;
    } finally {
      running.busy.delete(busy);
      answered();
    }
  }

  async swap(model: ModelFolders): Promise<void> {
    const next = await this.#launch(model);
    if (this.#closed) {
      await next.worker.close();
      throw new InterruptedError();
    }
    const old = await this.#running?.catch(() => undefined);
    this.#model = model;
    this.#running = Promise.resolve(next);
    this.#last = next;
    this.#crashes = 0;
    if (old === undefined) return;
    // Whether it still ends well is no longer of interest, but to those whom it answers.
    old.worker.onCrash = undefined;
    await Promise.allSettled(old.busy);
    await old.worker.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#running?.catch(() => undefined);
    await running?.worker.close();
  }

  /** The caller's signal; with `supersede` also one that the next such request aborts. */
  #signalOf({ signal, supersede = false }: CompleteOptions): AbortSignal | undefined {
    if (!supersede) return signal;
    this.#superseded.abort();
    this.#superseded = new AbortController();
    return signal === undefined
      ? this.#superseded.signal
      : AbortSignal.any([signal, this.#superseded.signal]);
  }

  async #completeOnce(
    request: CompletionRequest,
    { onText }: CompleteOptions,
    signal: AbortSignal | undefined,
  ): Promise<CompletionAnswer> {
    const running = await this.#current();
    const work = async (): Promise<CompletionAnswer> => {
      let answer: CompletionAnswer | undefined;
      const asked = { method: 'complete', request, stream: onText !== undefined } as const;
      for await (const message of running.worker.request(asked, signal)) {
        if (message.event === 'text') onText?.(message.text);
        if (message.event === 'completion') answer = message.answer;
      }
      if (answer === undefined) throw new Error('the inference process gave no answer');
      return answer;
    };
    const answering = work();
    running.busy.add(answering);
    try {
      const answer = await answering;
      this.#crashes = 0;
      return answer;
    } finally {
      running.busy.delete(answering);
    }
  }

  /** The process in use, started if there is none. */
  async #current(): Promise<Running> {
    if (this.#closed) throw new InterruptedError();
    const running = await this.#running;
    if (running?.worker.pid !== undefined) return running;
    return await this.#restart(this.#running);
  }

  /** One start for all who found the same process gone. */
  async #restart(gone: Promise<Running> | undefined): Promise<Running> {
    if (this.#running !== gone) return await this.#current();
    if (this.#crashes >= MOST_CRASHES) {
      throw new UserError(
        `The inference process ended ${this.#crashes} times in a row and is not started again.`,
        [
          ...step`Free memory, or choose a smaller model with ${setting('model')}.`,
          ...step`Then ${action('restartServer')}.`,
        ],
      );
    }
    const starting = this.#launch(this.#model);
    this.#running = starting;
    try {
      this.#last = await starting;
      return this.#last;
    } catch (error) {
      if (this.#running === starting) this.#running = undefined;
      throw error;
    }
  }

  async #launch(model: ModelFolders): Promise<Running> {
    try {
      return await this.#load(model);
    } catch (error) {
      if (!(error instanceof CrashError)) throw error;
      this.#crashed(error);
      // A driver can take the process down with it: the CPU alone, from now on.
      this.#others = [];
      return await this.#load(model);
    }
  }

  async #load(model: ModelFolders): Promise<Running> {
    const { modelFolder, onnxFolder } = model;
    const started = await startWorker({
      modelFolder,
      onnxFolder,
      threads: this.#options.threads,
      spinning: true,
      ...(this.#others === undefined ? {} : { providers: [...this.#others] }),
    });
    this.#others = started.providers
      .filter(({ provider, refused }) => provider !== 'cpu' && refused === undefined)
      .map(({ provider }) => provider);
    started.worker.onCrash = (error) => {
      this.#crashed(error);
    };
    return { busy: new Set(), ...started };
  }

  #crashed(error: CrashError): void {
    this.#crashes += 1;
    this.#options.onCrash?.(error.message);
  }
}
