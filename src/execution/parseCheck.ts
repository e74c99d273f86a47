import path from 'node:path';
import { z } from 'zod';
import { ChildEndedError, JsonLinesChild } from '../process/jsonLinesChild.ts';
import { packageRoot, RUNNER_ENVIRONMENT } from '../process/packageRoot.ts';

/** The index of the first text that gives a file that parses, and what is wrong with the text at index 0. */
const Parsed = z.strictObject({ first: z.int().min(0).nullable(), error: z.string().nullable() });
export type Parsed = z.infer<typeof Parsed>;

/**
 * A warm process of the workspace's interpreter that checks whether texts parse as parts of a file. It starts with the first
 * question, isolated from the workspace, and ends with this process.
 */
export class ParseCheck {
  readonly #interpreter: string;
  #child: JsonLinesChild<Parsed> | undefined;
  /** The last question. Questions are answered one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(interpreter: string) {
    this.#interpreter = interpreter;
  }

  /** Tries the texts in order between the two parts of a file. If the interpreter ends under a text, none of them parses. */
  async first(before: string, after: string, texts: readonly string[]): Promise<Parsed> {
    const asked = this.#last.then(async () => await this.#ask({ before, after, texts }));
    // The caller gets a failure; the next question starts a new process.
    this.#last = asked.catch(() => undefined);
    return await asked;
  }

  async close(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.close();
  }

  async #ask(question: object): Promise<Parsed> {
    const child = (this.#child ??= this.#start());
    try {
      for await (const answer of child.request(question, () => true)) return answer;
      throw new Error('the parse check gave no answer');
    } catch (error) {
      this.#child = undefined;
      child.kill();
      if (error instanceof ChildEndedError) return { first: null, error: error.message };
      throw error;
    }
  }

  #start(): JsonLinesChild<Parsed> {
    const script = path.join(packageRoot(), 'python', 'leti_runner', 'parse_check.py');
    return new JsonLinesChild(this.#interpreter, ['-I', '-B', '-X', 'utf8', script], {
      env: RUNNER_ENVIRONMENT,
      schema: Parsed,
    });
  }
}
