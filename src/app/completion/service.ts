import { CompletionCache, restOfShown, type LastShown } from '../../core/completion/cache.ts';
import { completionContext, DEFAULT_CONTEXT, type CompletionContext } from '../../core/completion/context.ts';
import {
  chooseLineOrBlock,
  mayComplete,
  stopPattern,
  type LineOrBlock,
} from '../../core/completion/lineOrBlock.ts';
import { finishCompletion, type Finished } from '../../core/completion/finish.ts';
import { completionPrompt, type CompletionPrompt } from '../../core/completion/prompt.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { ParseCheck } from '../../execution/parseCheck.ts';
import { testSources } from '../../harvest/testSources.ts';
import { digest } from '../../process/digest.ts';
import type { CompletionRequest } from '../../protocol/completion.ts';
import type { GeneratedText } from '../../protocol/sampling.ts';
import { fittingText, type Fitting } from './fitting.ts';
import { CompletionModel, type CompletionModelOptions, type ActiveModel } from './activeModel.ts';

/** A place in a file as its editor has it, saved or not. */
export interface CompletionPlace {
  text: string;
  offset: number;
}

export interface Asked extends CompletionPlace {
  /** By hand: at once, and also where other code follows on the line. */
  manual: boolean;
  /** Whether comments are completed. */
  comments: boolean;
  signal: AbortSignal;
}

/** One greedy completion, never executed. */
export interface Completed {
  /** Undefined where there is nothing to show. */
  text: string | undefined;
  /** Why there is nothing to show. */
  why: string | undefined;
  /** From the cache, or the rest of what was shown. */
  cached: boolean;
  /** Name of the model that wrote it. */
  model: string | undefined;
  /** Hash of the model whose text it is. */
  hash: string | undefined;
  /** Time until the text, without waiting for the user. */
  milliseconds: number;
  /** What of it the model took to write, its start not counted; undefined where it was not asked. */
  writingMs: number | undefined;
}

/** What a candidate needs to be written and put into its file. */
export interface Draft {
  context: CompletionContext;
  lineOrBlock: LineOrBlock;
  prompt: CompletionPrompt;
  request: CompletionRequest;
  used: ActiveModel;
}

const LINE_TOKENS = 48;
/** Texts that are sampled to choose from, beside the greedy one. */
const OTHERS = 4;
/** Test files are read again after this time. */
const TESTS_AGE_MS = 60_000;

/** Completes at places of a workspace's files. Holds a process of the model and one that parses, both started when needed. */
export class CompletionService {
  readonly #options: CompletionModelOptions;
  readonly #model: CompletionModel;
  readonly #cache = new CompletionCache(digest);
  #shown: LastShown | undefined;
  #others: { prefix: string; suffix: string; by: string; texts: string[] } | undefined;
  #by = '';
  #hash: string | undefined;
  #parser: Promise<ParseCheck> | undefined;
  #tests: { read: Promise<string[]>; at: number } | undefined;

  constructor(options: CompletionModelOptions) {
    this.#options = options;
    this.#model = new CompletionModel(options);
  }

  /** Whether a place is answered without the model. */
  knows({ text, offset }: CompletionPlace): boolean {
    return this.#known(text.slice(0, offset), text.slice(offset)) !== undefined;
  }

  /**
   * One greedy completion, of which the file parses unless it did not before. A newer request ends this one.
   * @throws InterruptedError when it was cancelled or another took its place; UserError where no model can be used.
   */
  async complete(asked: Asked): Promise<Completed> {
    const began = performance.now();
    const [prefix, suffix] = [asked.text.slice(0, asked.offset), asked.text.slice(asked.offset)];
    const answer = (text: string | undefined, why?: string, from: Partial<Completed> = {}): Completed => ({
      text,
      why,
      cached: false,
      model: undefined,
      hash: this.#hash,
      milliseconds: performance.now() - began,
      writingMs: undefined,
      ...from,
    });
    const context = completionContext(asked.text, asked.offset, {
      ...DEFAULT_CONTEXT,
      testSources: await this.#testSources(),
    });
    if (!mayComplete(context, asked)) {
      return answer(
        undefined,
        context.inside === 'comment' ? 'comments are not completed' : 'code follows the cursor',
      );
    }
    this.#answeredBy(await this.#model.key());
    const known = this.#known(prefix, suffix);
    if (known !== undefined) {
      if (known === '') return answer(undefined, 'the model had nothing to add', { cached: true });
      return answer(known, undefined, { cached: true });
    }
    const draft = await this.draft(context);
    const { used } = draft;
    const written = await used.writer.complete(draft.request, { signal: asked.signal, supersede: true });
    const found = await this.fitting(draft, asked, written);
    this.#answeredBy(used.key);
    this.#hash = used.hash;
    const from = { model: used.name, writingMs: written.totalMs };
    if (!('text' in found)) {
      this.#cache.put({ prefix, suffix, settings: '' }, '');
      return answer(undefined, 'why' in found ? found.why : 'the file would not parse', from);
    }
    this.#cache.put({ prefix, suffix, settings: '' }, found.text);
    this.#shown = { prefix, suffix, text: found.text };
    return answer(found.text, undefined, from);
  }

  /**
   * Other texts for a place that was completed with `first`, to choose from: sampled, each of which parses as the first does.
   * Asked again about the same place, it gives the same.
   * @throws InterruptedError when it was cancelled.
   */
  async others({ text, offset, signal }: Asked, first: string): Promise<string[]> {
    const [prefix, suffix] = [text.slice(0, offset), text.slice(offset)];
    const draft = await this.draft(await this.context({ text, offset }));
    const { used, request } = draft;
    const known = this.#others;
    if (known?.by === used.key && known.prefix === prefix && known.suffix === suffix) return known.texts;
    const { topP, topK, seed } = DEFAULT_RUN;
    const { maxTokens, stop } = request;
    // The likeliest text is there already; what is wanted is another.
    const temperature = 1;
    const batch = {
      items: [{ key: 0, prompt: request.prompt, stop, samples: OTHERS }],
      rows: OTHERS,
      settings: { temperature, topP, topK, seed, maxTokens, round: 0 },
    };
    const written: GeneratedText[] = [];
    for await (const program of used.writer.sample(batch, signal)) written[program.sample] = program;
    const texts = new Set<string>();
    for (const program of written) {
      const found = await this.fitting(draft, { text, offset }, program);
      if ('text' in found && found.text !== first) texts.add(found.text);
    }
    this.#others = { prefix, suffix, by: used.key, texts: [...texts] };
    return [...texts];
  }

  /** What to ask the active model at a place; `facts` are what earlier candidates showed. */
  async draft(context: CompletionContext, facts?: readonly string[]): Promise<Draft> {
    const used = await this.#model.active();
    const lineOrBlock = chooseLineOrBlock(context);
    const prompt = completionPrompt(context, used.style, facts);
    return {
      context,
      lineOrBlock,
      prompt,
      used,
      request: {
        prompt: prompt.segments,
        stop: stopPattern(context, prompt.omittedSpace, lineOrBlock),
        maxTokens: lineOrBlock === 'line' ? LINE_TOKENS : DEFAULT_RUN.maxTokens,
      },
    };
  }

  async context({ text, offset }: CompletionPlace): Promise<CompletionContext> {
    return completionContext(text, offset, { ...DEFAULT_CONTEXT, testSources: await this.#testSources() });
  }

  /** What of a model's text can stand at a place: the text itself, its beginning, or nothing, with the reason. */
  async fitting(
    { context, prompt, lineOrBlock }: Draft,
    { text, offset }: CompletionPlace,
    written: { text: string; finish: 'end' | 'stop' | 'length' },
  ): Promise<Fitting | Extract<Finished, { why: string }>> {
    const raw = { text: written.text, limited: written.finish === 'length' };
    const finished = finishCompletion(raw, context, prompt.omittedSpace, lineOrBlock);
    if ('why' in finished) return finished;
    const file = { before: text.slice(0, offset), after: text.slice(offset) };
    return await fittingText(await this.#parseCheck(), file, context.around, finished.texts);
  }

  /** Waits for a promotion that is being loaded. */
  async settled(): Promise<void> {
    await this.#model.settled();
  }

  /** Ends the processes; the next request starts them again. */
  async close(): Promise<void> {
    const parser = this.#parser;
    this.#parser = undefined;
    await Promise.all([
      this.#model.close(),
      parser
        ?.then(async (started) => {
          await started.close();
        })
        .catch(() => undefined),
    ]);
  }

  #known(prefix: string, suffix: string): string | undefined {
    const rest = this.#shown === undefined ? undefined : restOfShown(this.#shown, prefix, suffix);
    return rest ?? this.#cache.get({ prefix, suffix, settings: '' });
  }

  /** What another model wrote is forgotten. */
  #answeredBy(model: string): void {
    if (model === this.#by) return;
    this.#by = model;
    this.#hash = undefined;
    this.#cache.switchModel(model);
    this.#shown = undefined;
  }

  async #parseCheck(): Promise<ParseCheck> {
    const found = (this.#parser ??= this.#options.workbench
      .interpreter()
      .then(({ path }) => new ParseCheck(path)));
    // An interpreter that is missing now may be there at the next request.
    found.catch(() => {
      if (this.#parser === found) this.#parser = undefined;
    });
    return await found;
  }

  async #testSources(): Promise<string[]> {
    const now = Date.now();
    if (this.#tests === undefined || now - this.#tests.at > TESTS_AGE_MS) {
      this.#tests = { read: testSources(this.#options.workbench.workspace), at: now };
    }
    return await this.#tests.read;
  }
}
