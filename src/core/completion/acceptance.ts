import type { UseOutcome } from '../../protocol/use.ts';

/** A change of a document, in offsets of the document before it. */
export interface Change {
  offset: number;
  removed: number;
  text: string;
}

/** What became of a shown completion, in characters of it that the document got. */
export interface Outcome {
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
export interface Offer {
  /** Where it was shown; moves with changes before it. */
  offset: number;
  text: string;
  /** Characters of it that the document has. */
  done: number;
  steps: Step[];
  outcome: Outcome | undefined;
}

const PAIRS = new Set(['()', '[]', '{}', '""', "''"]);

/** `text` has the line ends of its document. */
export function offer(offset: number, text: string): Offer {
  return { offset, text, done: 0, steps: [], outcome: undefined };
}

/** The offer after a change. With an outcome it is over and stays as it is. */
export function changed(shown: Offer, change: Change): Offer {
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
  return ended(shown);
}

/** The offer once it is no longer shown: the user went elsewhere, dismissed it, or another took its place. */
export function ended(shown: Offer): Offer {
  if (shown.outcome !== undefined) return shown;
  const byHand = shown.steps.every((step) => step === 'typed');
  return {
    ...shown,
    outcome: { kind: byHand ? 'rejected' : 'partly', characters: shown.done, steps: shown.steps },
  };
}

function taken(shown: Offer, { step, characters }: { step: Step; characters: number }): Offer {
  const steps = shown.steps.at(-1) === 'typed' && step === 'typed' ? shown.steps : [...shown.steps, step];
  const done = shown.done + characters;
  if (done < shown.text.length) return { ...shown, done, steps };
  const byHand = steps.every((known) => known === 'typed');
  return { ...shown, done, steps, outcome: { kind: byHand ? 'typed' : 'accepted', characters: done, steps } };
}

function stepOf(shown: Offer, inserted: string): { step: Step; characters: number } | undefined {
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
