import { mask } from '../completion/source.ts';

/** A cell that holds code. Cells of prose count as another language. */
export interface Cell {
  language: string;
  text: string;
}

/** Lines of a notebook that are no Python: `%matplotlib inline`, `!pip install x`, `?help`. */
const MAGIC = /^([ \t]*)[%!?](?=\S)/;
/** Cells of another language, such as `%%bash`. These magics leave the rest of the cell Python. */
const OTHER_LANGUAGE = /^\s*%%(?!(?:time|timeit|capture|prun)\b)\w+/;
const BETWEEN = '\n\n';

/**
 * A place in a cell as a place in one Python file: the Python cells above, then the cell. Magics become comments of the
 * same length.
 * @returns `why`, a reason in words, where the cell is not Python
 */
export function placeInNotebook(
  cells: readonly Cell[],
  index: number,
  offset: number,
): { text: string; offset: number } | { why: string } {
  const own = cells[index];
  if (own === undefined || !isPython(own)) return { why: 'the cell is not Python' };
  const above = cells
    .slice(0, index)
    .filter(isPython)
    .map(({ text }) => withoutMagics(text).trimEnd() + BETWEEN)
    .join('');
  return { text: above + withoutMagics(own.text), offset: above.length + offset };
}

function isPython({ language, text }: Cell): boolean {
  return language === 'python' && !OTHER_LANGUAGE.test(text);
}

function withoutMagics(text: string): string {
  const masked = mask(text).text.split('\n');
  return text
    .split('\n')
    .map((line, at) => (MAGIC.test(masked[at] ?? '') ? line.replace(MAGIC, '$1#') : line))
    .join('\n');
}
