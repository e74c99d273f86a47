import { CompletionCache, restOfShown, type LastShown } from '../../core/completion/cache.ts';
import { completionContext, DEFAULT_CONTEXT, type CompletionContext } from '../../core/completion/context.ts';
import {
  chooseLineOrBlock,
  mayComplete,
  stopPattern,
  type LineOrBlock,
} from '../../core/completion/lineOrBlock.ts';
import { finishCompletion } from '../../core/completion/finish.ts';
import { completionPrompt, type CompletionPrompt } from '../../core/completion/prompt.ts';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { ParseCheck } from '../../execution/parseCheck.ts';
import { testSources } from '../../harvest/testSources.ts';
import { digest } from '../../process/digest.ts';
import type { CompletionRequest } from '../../protocol/completion.ts';
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
/** How many lines of the end may be dropped to make a file parse. */
const MOST_SHORTENED = 6;
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
    const written = await used.completer.complete(draft.request, { signal: asked.signal, supersede: true });
    const finished = finishCompletion(written.text, context, draft.prompt.omittedSpace, draft.lineOrBlock);
    const fitting = finished === undefined ? undefined : await this.#fitting(prefix, suffix, finished);
    this.#answeredBy(used.key);
    this.#hash = used.hash;
    this.#cache.put({ prefix, suffix, settings: '' }, fitting ?? '');
    if (fitting === undefined) {
      const why = finished === undefined ? 'the model had nothing to add' : 'the file would not parse';
      return answer(undefined, why, { model: used.name, writingMs: written.totalMs });
    }
    this.#shown = { prefix, suffix, text: fitting };
    return answer(fitting, undefined, { model: used.name, writingMs: written.totalMs });
  }

  /**
   * Other texts for a place that was completed with `first`, to choose from: sampled, each of which parses as the first does.
   * Asked again about the same place, it gives the same.
   * @throws InterruptedError when it was cancelled.
   */
  async others({ text, offset, signal }: Asked, first: string): Promise<string[]> {
    const [prefix, suffix] = [text.slice(0, offset), text.slice(offset)];
    const draft = await this.draft(await this.context({ text, offset }));
    const { used, prompt, request } = draft;
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
    const written: string[] = [];
    for await (const program of used.completer.sample(batch, signal)) written[program.sample] = program.text;
    const texts = new Set<string>();
    for (const decoded of written) {
      const finished = finishCompletion(decoded, draft.context, prompt.omittedSpace, draft.lineOrBlock);
      const fitting = finished === undefined ? undefined : await this.#fitting(prefix, suffix, finished);
      if (fitting !== undefined && fitting !== first) texts.add(fitting);
    }
    this.#others = { prefix, suffix, by: used.key, texts: [...texts] };
    return [...texts];
  }

  /** What to ask the active model at a place; `feedback` says what was wrong with an earlier candidate. */
  async draft(context: CompletionContext, feedback?: { program: string; text: string }): Promise<Draft> {
    const used = await this.#model.active();
    const lineOrBlock = chooseLineOrBlock(context);
    const prompt = completionPrompt(context, used.style, feedback);
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

  /** The text, or as much of its beginning as gives a file that parses; what is wrong with it where none does. */
  async parsing(prefix: string, suffix: string, text: string): Promise<{ text: string } | { error: string }> {
    const texts = shortened(text);
    const { first, error } = await (await this.#parseCheck()).first(prefix, suffix, texts);
    const found = first === null ? undefined : texts[first];
    return found === undefined ? { error: error ?? 'SyntaxError' } : { text: found };
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

  async #fitting(prefix: string, suffix: string, text: string): Promise<string | undefined> {
    const parsed = await this.parsing(prefix, suffix, text);
    if ('text' in parsed) return parsed.text;
    const before = await this.parsing(prefix, suffix, '');
    return 'text' in before ? undefined : text;
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

/** A text, then the same without its last line, its last two, ... */
function shortened(text: string): string[] {
  const lines = text.split('\n');
  const texts = [text];
  for (let kept = lines.length - 1; kept > 0 && texts.length <= MOST_SHORTENED; kept -= 1) {
    const shorter = lines.slice(0, kept).join('\n').trimEnd();
    if (shorter.trim() !== '' && shorter !== texts.at(-1)) texts.push(shorter);
  }
  return texts;
}
