const SEPARATOR = '\u0000';

/**
 * Completions by model, place and settings, the least recently used going first. Another model's are dropped at once:
 * after a round of training they would be stale.
 */
export class CompletionCache {
  readonly #digest: (text: string) => string;
  readonly #capacity: number;
  #model = '';
  readonly #entries = new Map<string, string>();

  /** `digest` gives a short text for a long one, another for each other. */
  constructor(digest: (text: string) => string, capacity = 250) {
    this.#digest = digest;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Says which model answers from now on. */
  switchModel(model: string): void {
    if (model === this.#model) return;
    this.#model = model;
    this.#entries.clear();
  }

  put(place: CachePlace, text: string): void {
    const { key, line } = this.#keyOf(place);
    this.#remember(key(line), text);
  }

  /**
   * What was completed here, or further left on the line with a beginning that was typed since; an empty text is
   * an answer too. Undefined where nothing is known.
   */
  get(place: CachePlace): string | undefined {
    const { key, line } = this.#keyOf(place);
    for (let end = line.length; end >= 0; end -= 1) {
      const text = this.#entries.get(key(line.slice(0, end)));
      if (text === undefined) continue;
      const typed = line.slice(end);
      if (typed !== '' && (!text.startsWith(typed) || typed.length === text.length)) continue;
      this.#remember(key(line.slice(0, end)), text);
      return text.slice(typed.length);
    }
    return undefined;
  }

  /** What is far away is hashed once, the line in front of the cursor stays as it is: it is walked back. */
  #keyOf({ prefix, suffix, settings }: CachePlace): { key: (line: string) => string; line: string } {
    const lineStart = prefix.lastIndexOf('\n') + 1;
    const far = this.#digest([settings, suffix, prefix.slice(0, lineStart)].join(SEPARATOR));
    return { key: (line) => far + line, line: prefix.slice(lineStart) };
  }

  #remember(key: string, text: string): void {
    this.#entries.delete(key);
    this.#entries.set(key, text);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#capacity) break;
      this.#entries.delete(oldest);
    }
  }
}

/** Where and how a completion was asked for. */
export interface CachePlace {
  prefix: string;
  suffix: string;
  /** Everything else that decides the answer, as text. */
  settings: string;
}

/** What was last shown: the text before it on its line and above, and the text itself. */
export interface LastShown {
  prefix: string;
  suffix: string;
  text: string;
}

/**
 * What is left of a shown text after the user typed its beginning; undefined where something else was typed or
 * all of it.
 */
export function restOfShown(shown: LastShown, prefix: string, suffix: string): string | undefined {
  if (suffix !== shown.suffix || !prefix.startsWith(shown.prefix)) return undefined;
  const typed = prefix.slice(shown.prefix.length);
  if (!shown.text.startsWith(typed) || typed.length >= shown.text.length) return undefined;
  return shown.text.slice(typed.length);
}
