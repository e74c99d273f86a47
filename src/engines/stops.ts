import type { GeneratedText } from '../protocol/sampling.ts';

/** How lines begin that may follow a program. A server understands plain texts only. */
const BEGINNINGS = [
  ...['\n', '\n```', '\ndef ', '\nclass ', '\nif ', '\nfor ', '\nwhile ', '\nprint', '\nassert '],
  ...['\nimport ', '\nfrom ', '\n@', '\n# ', '\n"""', '\n<'],
];

/**
 * Plain texts after which a server may stop: each one matches the stop rule itself, so no program is cut too early.
 * Without `keepsStop` the server leaves the text out that it stopped at; then it does not stop at a fence, because the
 * fence shows that the model ended its program by itself.
 */
export function plainStops(stop: RegExp, keepsStop: boolean, most: number): string[] {
  const usable = BEGINNINGS.filter((text) => stop.test(text)).filter((text) => keepsStop || text !== '\n```');
  // A line break alone stops wherever one of the others would.
  return (usable.includes('\n') ? ['\n'] : usable).slice(0, most);
}

/**
 * The text up to where the stop rule matches, as short as it can be with the match in it; undefined without a match.
 * Lookaheads of the rule need the character that they look at.
 */
export function cutAtStop(text: string, stop: RegExp): string | undefined {
  const match = stop.exec(text);
  if (match === null) return undefined;
  for (let end = match.index + match[0].length; end < text.length; end += 1) {
    // Half a character is none.
    if (stop.test(text.slice(0, end))) return text.slice(0, end + (isHalf(text, end - 1) ? 1 : 0));
  }
  return text;
}

function isHalf(text: string, at: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(at));
}

/** Why a server says that it stopped. `ambiguous`: at the end of text or at a stop text, it does not say which. */
export type ServerFinish = GeneratedText['finish'] | 'ambiguous';

/** A server's text as a sampler of ours would have written it. */
export function finished(
  text: string,
  finish: ServerFinish,
  stop: RegExp,
  sentStops: boolean,
): Pick<GeneratedText, 'text' | 'finish'> {
  const cut = cutAtStop(text, stop);
  if (cut !== undefined) return { text: cut, finish: 'stop' };
  if (finish !== 'ambiguous') return { text, finish };
  return { text, finish: sentStops ? 'stop' : 'end' };
}
