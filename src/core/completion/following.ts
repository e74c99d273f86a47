import type { UseOutcome } from '../../protocol/use.ts';
import { changed, ended, offer, type Change, type Offer } from './acceptance.ts';

/** Texts shown at one place of a document, to choose from, until it is known what became of them. */
export interface Showing {
  /** The document without them, as it was when they were shown. */
  document: string;
  /** Where. */
  offset: number;
  /** The one that is shown first leads. */
  offers: Offer[];
}

/** What became of a showing. */
export interface Fate {
  outcome: UseOutcome;
  shown: string;
  /** How many characters of it were taken, and where they stand now. */
  taken: number;
  start: number;
}

export function showing(document: string, offset: number, texts: readonly string[]): Showing {
  const lineEnd = document.includes('\r\n') ? '\r\n' : '\n';
  const offers = texts.map((text) => offer(offset, text.replaceAll('\n', lineEnd)));
  return { document, offset, offers };
}

/** Whether what is offered now is the rest of what was shown before: it goes on, and is nothing new. */
export function goesOn({ offers }: Showing, offset: number, texts: readonly string[]): boolean {
  return offers.some(
    (known) =>
      known.outcome === undefined &&
      known.offset + known.done === offset &&
      texts.includes(known.text.slice(known.done).replaceAll('\r\n', '\n')),
  );
}

/** Whether a cursor stands where one of the texts goes on. */
export function standsAt({ offers }: Showing, offset: number): boolean {
  return offers.some((known) => known.outcome === undefined && known.offset + known.done === offset);
}

export function after(shown: Showing, change: Change): Showing {
  return { ...shown, offers: shown.offers.map((known) => changed(known, change)) };
}

/** What became of it, as far as that is known; the user went elsewhere where `over` is true. */
export function fateOf({ offers }: Showing, over = false): Fate | undefined {
  const last = over ? offers.map(ended) : offers;
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
