import { closedAfter, type Surroundings } from '../../core/completion/surroundings.ts';
import { syntaxErrors } from '../../core/completion/syntaxErrors.ts';
import type { ParseCheck } from '../../execution/parseCheck.ts';

/** A text that fits; else the longest that was tried, with what is wrong with it. */
export type Fitting = { text: string } | { longest: string; error: string };

/**
 * The first of some texts that makes a file no worse. Where the statement around the cursor parses, it must parse with the
 * text. The same holds for the whole file. Where they do not parse, because somebody is typing, the statement must not have
 * more errors with the text than without it. What is still open at the cursor counts as closed.
 * @param texts the longest first
 */
export async function fittingText(
  parser: ParseCheck,
  file: { before: string; after: string },
  around: Surroundings,
  texts: readonly [string, ...string[]],
): Promise<Fitting> {
  const fits = async (text: string): Promise<boolean> =>
    (await parser.first(file.before, file.after, [text])).first !== null;
  const [longest] = texts;
  if (await fits(longest)) return { text: longest };
  const { before } = around;
  const closed = (text: string): string => text + closedAfter(around, text);
  const parsed = await parser.first(before, '', texts.map(closed));
  const refused = { longest, error: parsed.error ?? 'SyntaxError' };
  let text = parsed.first === null ? undefined : texts[parsed.first];
  if (text === undefined) {
    if ((await parser.first(before, '', [closed('')])).first !== null) return refused;
    const most = syntaxErrors(before + closed('')).length;
    text = texts.find((one) => {
      const errors = syntaxErrors(before + closed(one));
      const inside = errors.some((at) => at > before.length && at < before.length + one.length);
      return errors.length <= most && !inside;
    });
    if (text === undefined) return refused;
  }
  return (await fits(text)) || !(await fits('')) ? { text } : refused;
}
