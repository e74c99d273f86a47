const SEPARATOR = '\u0000';

/**
 * Completions by model and position; the least recently used leave first. A new model empties the cache, as its
 * completions differ.
 */
export class CompletionCache {
  readonly #digest: (text: string) => string;
  readonly #capacity: number;
  #model = '';
  readonly #entries = new Map<string, string>();

  /** `digest` hashes a long text to a short one. */
  constructor(digest: (text: string) => string, capacity = 250) {
    this.#digest = digest;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Sets the active model. Another model than before empties the cache. */
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
   * The completion for this position, or the rest of one further left whose beginning was typed since. An empty text is
   * a known answer: no completion. Undefined where nothing is known.
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

  /** Hashes everything but the cursor's line. `get` shortens that line character by character. */
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

/** Position and settings of a completion request. */
export interface CachePlace {
  prefix: string;
  suffix: string;
  /** Everything else that changes the answer. */
  settings: string;
}

/** The last shown completion with the text before and after it. */
export interface LastShown {
  prefix: string;
  suffix: string;
  text: string;
}

/**
 * The rest of a shown text after the user typed its beginning. Undefined after other text, or once all of it is typed.
 */
export function restOfShown(shown: LastShown, prefix: string, suffix: string): string | undefined {
  if (suffix !== shown.suffix || !prefix.startsWith(shown.prefix)) return undefined;
  const typed = prefix.slice(shown.prefix.length);
  if (!shown.text.startsWith(typed) || typed.length >= shown.text.length) return undefined;
  return shown.text.slice(typed.length);
}
