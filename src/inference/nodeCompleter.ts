import type {
  CompleteOptions,
  Completer,
  CompletionAnswer,
  CompletionRequest,
  ModelFolders,
  ModelWriter,
  ProviderTrial,
} from '../protocol/completion.ts';
import { action, InterruptedError, setting, step, UserError } from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch } from '../protocol/sampling.ts';
import { startWorker } from './nodeSampler.ts';
import { CrashError, type WorkerClient } from './workerClient.ts';

export interface NodeCompleterOptions {
  model: ModelFolders;
  threads: number;
  /** Execution providers to try in addition to the CPU. Missing: all that this build has. */
  providers?: readonly string[];
  /** Called each time the process ends unexpectedly. */
  onCrash?: (message: string) => void;
}

/** After this many crashes in a row, without an answer between them, the process is not started again. */
const MOST_CRASHES = 3;

interface Running {
  model: ModelFolders;
  worker: WorkerClient;
  runtime: string;
  providers: readonly ProviderTrial[];
  /** Requests that it has not answered. */
  busy: Set<Promise<unknown>>;
}

/**
 * Completes with onnxruntime-node in its own process, which starts again when it ends.
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
  /** Execution providers that are worth a trial. Undefined before the first trial: all that onnxruntime-node has. */
  #others: readonly string[] | undefined;
  #running: Promise<Running> | undefined;
  /** The last process, also after it has ended. */
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
    return await this.#complete(request, options, undefined);
  }

  sample(batch: SampleBatch, signal?: AbortSignal): AsyncGenerator<GeneratedText, void> {
    return this.#sample(batch, signal, undefined);
  }

  of(model: ModelFolders): ModelWriter {
    return {
      complete: async (request, options = {}) => await this.#complete(request, options, model),
      sample: (batch, signal) => this.#sample(batch, signal, model),
    };
  }

  async #complete(
    request: CompletionRequest,
    options: CompleteOptions,
    model: ModelFolders | undefined,
  ): Promise<CompletionAnswer> {
    const signal = this.#signalOf(options);
    try {
      return await this.#completeOnce(request, options, signal, model);
    } catch (error) {
      // Asks once more after a crash.
      if (!(error instanceof CrashError)) throw error;
      return await this.#completeOnce(request, options, signal, model);
    }
  }

  async *#sample(
    batch: SampleBatch,
    signal: AbortSignal | undefined,
    model: ModelFolders | undefined,
  ): AsyncGenerator<GeneratedText, void> {
    const running = await this.#runningOf(model);
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
    // A crash of the old process now only concerns its open requests.
    old.worker.onCrash = undefined;
    await Promise.allSettled(old.busy);
    await old.worker.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = await this.#running?.catch(() => undefined);
    await running?.worker.close();
  }

  /** The caller's signal. With `supersede` it also aborts at the next request with `supersede`. */
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
    model: ModelFolders | undefined,
  ): Promise<CompletionAnswer> {
    const running = await this.#runningOf(model);
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

  /** The current process, which has to run this model if one is named. */
  async #runningOf(model: ModelFolders | undefined): Promise<Running> {
    const running = await this.#current();
    if (model !== undefined && model.onnxFolder !== running.model.onnxFolder) throw new InterruptedError();
    return running;
  }

  /** The current process. Starts one if there is none. */
  async #current(): Promise<Running> {
    if (this.#closed) throw new InterruptedError();
    const running = await this.#running;
    if (running?.worker.pid !== undefined) return running;
    return await this.#restart(this.#running);
  }

  /** Starts one process for all requests that found the same one gone. */
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
      // A driver may have crashed the process, so use only the CPU from now on.
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
    return { model, busy: new Set(), ...started };
  }

  #crashed(error: CrashError): void {
    this.#crashes += 1;
    this.#options.onCrash?.(error.message);
  }
}
