import type { UseOutcome } from '../../protocol/use.ts';

/** A change of a document, in offsets of the document before it. */
export interface TextChange {
  offset: number;
  removed: number;
  text: string;
}

/** What became of a shown completion, in characters of it that the document got. */
export interface TextOutcome {
  /** `typed`: the user wrote all of it by hand; `partly`: some of it was taken by word or line. */
  kind: UseOutcome;
  characters: number;
  /** By which steps it came in. */
  steps: Step[];
}
export type Step = 'whole' | 'line' | 'word' | 'typed';

/**
 * A shown completion as its document changes. Editors report no acceptance, so it is inferred: text of the
 * completion that appears where it was shown came from it, at once or in pieces, or was typed.
 */
export interface ShownText {
  /** Where it was shown; moves with changes before it. */
  offset: number;
  text: string;
  /** Characters of it that the document has. */
  done: number;
  steps: Step[];
  outcome: TextOutcome | undefined;
}

const PAIRS = new Set(['()', '[]', '{}', '""', "''"]);

/** `text` has the line ends of its document. */
export function showText(offset: number, text: string): ShownText {
  return { offset, text, done: 0, steps: [], outcome: undefined };
}

/** The offer after a change. With an outcome it is over and stays as it is. */
export function textAfterChange(shown: ShownText, change: TextChange): ShownText {
  if (shown.outcome !== undefined) return shown;
  const at = shown.offset + shown.done;
  if (change.offset === at && change.removed === 0) {
    const step = stepOf(shown, change.text);
    if (step !== undefined) return taken(shown, step);
  }
  if (
    change.offset + change.removed < shown.offset ||
    (change.removed === 0 && change.offset < shown.offset)
  ) {
    return { ...shown, offset: shown.offset + change.text.length - change.removed };
  }
  if (change.offset > at) return shown;
  return dismissed(shown);
}

/** The offer once it is no longer shown: the user went elsewhere, dismissed it, or another took its place. */
export function dismissed(shown: ShownText): ShownText {
  if (shown.outcome !== undefined) return shown;
  const byHand = shown.steps.every((step) => step === 'typed');
  return {
    ...shown,
    outcome: { kind: byHand ? 'rejected' : 'partly', characters: shown.done, steps: shown.steps },
  };
}

function taken(shown: ShownText, { step, characters }: { step: Step; characters: number }): ShownText {
  const steps = shown.steps.at(-1) === 'typed' && step === 'typed' ? shown.steps : [...shown.steps, step];
  const done = shown.done + characters;
  if (done < shown.text.length) return { ...shown, done, steps };
  const byHand = steps.every((known) => known === 'typed');
  return { ...shown, done, steps, outcome: { kind: byHand ? 'typed' : 'accepted', characters: done, steps } };
}

function stepOf(shown: ShownText, inserted: string): { step: Step; characters: number } | undefined {
  const left = shown.text.slice(shown.done);
  // The editor closed the bracket that was typed.
  if (PAIRS.has(inserted) && left.startsWith(inserted.slice(0, 1)) && !left.startsWith(inserted))
    return { step: 'typed', characters: 1 };
  if (inserted === '' || !left.startsWith(inserted)) return undefined;
  const characters = inserted.length;
  // One key gives one character; a line break may bring the indentation along.
  if (characters === 1 || /^\r?\n[ \t]*$/.test(inserted)) return { step: 'typed', characters };
  if (characters === left.length) return { step: 'whole', characters };
  const endsLine = inserted.includes('\n') || /^\r?\n/.test(left.slice(characters));
  return { step: endsLine ? 'line' : 'word', characters };
}

/** Texts shown at one place of a document, to choose from, until it is known what became of them. */
export interface ShownSuggestions {
  /** The document without them, as it was when they were shown. */
  document: string;
  /** Where. */
  offset: number;
  /** The one that is shown first leads. */
  texts: ShownText[];
}

/** What became of a showing. */
export interface SuggestionOutcome {
  outcome: UseOutcome;
  shown: string;
  /** How many characters of it were taken, and where they stand now. */
  taken: number;
  start: number;
}

export function showSuggestions(
  document: string,
  offset: number,
  texts: readonly string[],
): ShownSuggestions {
  const lineEnd = document.includes('\r\n') ? '\r\n' : '\n';
  const offers = texts.map((text) => showText(offset, text.replaceAll('\n', lineEnd)));
  return { document, offset, texts: offers };
}

/** Whether what is offered now is the rest of what was shown before: it goes on, and is nothing new. */
export function isRestOfShown(
  { texts: offers }: ShownSuggestions,
  offset: number,
  texts: readonly string[],
): boolean {
  return offers.some(
    (known) =>
      known.outcome === undefined &&
      known.offset + known.done === offset &&
      texts.includes(known.text.slice(known.done).replaceAll('\r\n', '\n')),
  );
}

/** Whether a cursor stands where one of the texts goes on. */
export function cursorFollows({ texts: offers }: ShownSuggestions, offset: number): boolean {
  return offers.some((known) => known.outcome === undefined && known.offset + known.done === offset);
}

export function afterChange(shown: ShownSuggestions, change: TextChange): ShownSuggestions {
  return { ...shown, texts: shown.texts.map((known) => textAfterChange(known, change)) };
}

/** What became of it, as far as that is known; the user went elsewhere where `over` is true. */
export function outcomeOf({ texts: offers }: ShownSuggestions, over = false): SuggestionOutcome | undefined {
  const last = over ? offers.map(dismissed) : offers;
  const whole = last.find(({ outcome }) => outcome?.kind === 'accepted' || outcome?.kind === 'typed');
  if (whole === undefined && last.some(({ outcome }) => outcome === undefined)) return undefined;
  const best = whole ?? last.reduce((a, b) => (b.done > a.done ? b : a));
  if (best.outcome === undefined) return undefined;
  return {
    outcome: best.outcome.kind,
    shown: best.text.replaceAll('\r\n', '\n'),
    taken: best.done,
    start: best.offset,
  };
}
