import type { UseOutcome } from '../../protocol/recordedCompletion.ts';

/** A change of a document. Offsets count in the document before the change. */
export interface TextChange {
  offset: number;
  removed: number;
  text: string;
}

/** Outcome of a shown completion. */
export interface TextOutcome {
  /** `typed`: the user typed all of it; `partly`: the user accepted words or lines of it. */
  kind: UseOutcome;
  characters: number;
  /** The steps in which its text came into the document. */
  steps: Step[];
}
export type Step = 'whole' | 'line' | 'word' | 'typed';

/**
 * A shown completion, followed through the document's changes. Editors report no acceptance, so it is inferred: text of
 * the completion that appears at its place was accepted, at once or in pieces, or typed.
 */
export interface ShownText {
  /** Offset at which it was shown. Changes before it move it. */
  offset: number;
  text: string;
  /** Number of its characters in the document. */
  done: number;
  steps: Step[];
  outcome: TextOutcome | undefined;
}

const PAIRS = new Set(['()', '[]', '{}', '""', "''"]);

/** Starts to follow a completion. `text` must have the line ends of the document. */
export function showText(offset: number, text: string): ShownText {
  return { offset, text, done: 0, steps: [], outcome: undefined };
}

/** The completion after a change. A completion with an outcome no longer changes. */
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

/** The completion once it is no longer shown: the cursor left, the user dismissed it, or another replaced it. */
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
  // The editor inserted the closing bracket for a typed one.
  if (PAIRS.has(inserted) && left.startsWith(inserted.slice(0, 1)) && !left.startsWith(inserted))
    return { step: 'typed', characters: 1 };
  if (inserted === '' || !left.startsWith(inserted)) return undefined;
  const characters = inserted.length;
  // A key press inserts one character. A line break may bring the indentation along.
  if (characters === 1 || /^\r?\n[ \t]*$/.test(inserted)) return { step: 'typed', characters };
  if (characters === left.length) return { step: 'whole', characters };
  const endsLine = inserted.includes('\n') || /^\r?\n/.test(left.slice(characters));
  return { step: endsLine ? 'line' : 'word', characters };
}

/** Alternative completions shown at one position, until one outcome is known. */
export interface ShownSuggestions {
  /** The document at that time, without the completions. */
  document: string;
  /** Offset at which they were shown. */
  offset: number;
  /** The first is the one that the editor shows first. */
  texts: ShownText[];
}

/** Outcome of the alternatives. */
export interface SuggestionOutcome {
  outcome: UseOutcome;
  shown: string;
  /** Number of accepted characters, and the offset where they stand now. */
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

/** Whether new completions are the rest of the shown ones. */
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

/** Whether a cursor stands where one of the completions continues. */
export function cursorFollows({ texts: offers }: ShownSuggestions, offset: number): boolean {
  return offers.some((known) => known.outcome === undefined && known.offset + known.done === offset);
}

export function afterChange(shown: ShownSuggestions, change: TextChange): ShownSuggestions {
  return { ...shown, texts: shown.texts.map((known) => textAfterChange(known, change)) };
}

/** The outcome, undefined while it is open. `over`: the completions are no longer shown. */
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
