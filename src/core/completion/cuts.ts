import { Scanner } from './open.ts';
import type { Surroundings } from './surroundings.ts';

/** How many texts are tried at most. */
const MOST_TEXTS = 8;
/** Words that something must follow. */
const GOES_ON =
  /^(?:and|as|assert|async|await|class|def|del|elif|for|from|global|if|import|in|is|lambda|nonlocal|not|or|while|with)$/;
/** An operator at the end. `...` and the star of `import *` are whole. */
const OPERATOR = /(?:[-+/%=<>!&|^~@\\]|(?<!\bimport\s*)\*|(?<!\.)\.)$/;

/** Where a text can be cut, as lengths of what is kept. */
interface Cuts {
  /** Behind whole statements. */
  statements: number[];
  /** Behind words and closing brackets of the first statement. */
  lexemes: number[];
  /** Whether all of the text leaves nothing open, and hides nothing behind it. */
  sound: boolean;
}

/**
 * The text and shorter ones to try in its place, longest first. None of them closes what the code behind the cursor closes.
 * None leaves a bracket or a string of its own open, or hides code behind a comment.
 * @param limited whether the limit of tokens ended the text, so that its last line is not whole
 */
export function soundTexts(text: string, around: Surroundings, limited: boolean): string[] {
  const own = withoutForeignClosers(text, around);
  const { statements, lexemes, sound } = cutsOf(own, around);
  const lengths = sound && !limited ? [own.length, ...statements] : statements;
  const texts = (lengths.length === 0 ? lexemes : lengths).map((length) =>
    withoutLooseEnds(own.slice(0, length), around),
  );
  const whole = limited && lengths.length === 0 && sound && endsWhole(own) ? [own.trimEnd()] : [];
  return [...new Set([...whole, ...texts])].filter((one) => one.trim() !== '').slice(0, MOST_TEXTS);
}

/** Whether a text closes a bracket or a quote that the code behind the cursor closes. */
export function closesForeign(text: string, around: Surroundings): boolean {
  return withoutForeignClosers(text, around).length < text.length;
}

/** Cuts a text at the first bracket or quote that the code behind the cursor has already. */
function withoutForeignClosers(text: string, { open, closed, strays }: Surroundings): string {
  const kept = closed + (closed === open.length ? strays : 0);
  let deepest = open.length;
  let cut: number | undefined;
  new Scanner(open).read(text, ({ start, kind, depth }) => {
    deepest = Math.max(deepest, depth);
    if ((kind === 'closed' && depth < kept && deepest >= kept) || (kind === 'stray' && kept > 0)) cut = start;
    return cut !== undefined;
  });
  return cut === undefined ? text : text.slice(0, cut);
}

function cutsOf(text: string, { open, closed, strays, after }: Surroundings): Cuts {
  const most = open.length + (closed === open.length ? strays : 0);
  const statements: number[] = [];
  const lexemes: number[] = [];
  let firstLine = true;
  const scanner = new Scanner(open).read(text, ({ start, end, kind, depth }) => {
    const fits = depth <= most;
    if (kind === 'newline' && fits) {
      firstLine = false;
      statements.push(start);
    }
    const ends = kind === 'closed' || (kind === 'word' && !GOES_ON.test(text.slice(start, end)));
    if (ends && fits && firstLine) lexemes.push(end);
    return false;
  });
  const hides = scanner.comment && /^[^\S\n]*[^\s#]/.test(after);
  return {
    statements: statements.reverse(),
    // A word at the end may go on.
    lexemes: lexemes.filter((end) => end < text.length || endsWhole(text)).reverse(),
    sound: scanner.open.length <= most && !hides && !goesOn(text, scanner),
  };
}

/** Whether a text ends in code that something must follow. */
function goesOn(text: string, { open, comment }: Scanner): boolean {
  const inCode = !comment && open.every(({ kind }) => kind === 'bracket' || kind === 'field');
  const word = /[^\W\d]\w*$/.exec(text)?.[0] ?? '';
  return inCode && (OPERATOR.test(text) || GOES_ON.test(word));
}

/** Whether a text that the limit ended ends with something that cannot go on. */
function endsWhole(text: string): boolean {
  return /[)\]}"']\s*$/.test(text);
}

/** Drops comments and decorators at the end that belong to what was cut off, and white space. */
function withoutLooseEnds(text: string, { after }: Surroundings): string {
  const lines = text.trimEnd().split('\n');
  const decorates = /^\n[ \t]*(?:@|(?:async[ \t]+)?def\b|class\b)/.test(after);
  while (lines.length > 1 && /^\s*(?:#|$)/.test(lines.at(-1) ?? '')) lines.pop();
  while (lines.length > 1 && !decorates && /^\s*@/.test(lines.at(-1) ?? '')) lines.pop();
  return lines.join('\n').trimEnd();
}
