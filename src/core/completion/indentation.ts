import { columns, indentOf, mask } from './source.ts';

/**
 * Statements' indentation brought to the file's steps: `   return` becomes `    return`, blanks become tabs where the
 * file has tabs. Lines inside brackets and strings stay, as does the first where it goes on with a line of the file.
 */
export function repairIndentation(text: string, unit: string): string {
  const lines = text.split('\n');
  const masked = mask(text).text.split('\n');
  let depth = 0;
  return lines
    .map((line, index) => {
      const code = masked[index] ?? '';
      const begins = index > 0 && depth === 0 && code.trim() !== '' && !insideString(lines.slice(0, index));
      depth = Math.max(0, depth + balance(code));
      return begins ? stepped(indentOf(line), unit) + line.trimStart() : line;
    })
    .join('\n');
}

/** Opening brackets less closing ones of a masked text. */
export function balance(masked: string): number {
  return (masked.match(/[([{]/g)?.length ?? 0) - (masked.match(/[)\]}]/g)?.length ?? 0);
}

function insideString(above: readonly string[]): boolean {
  return mask(`${above.join('\n')}\n`).end === 'string';
}

function stepped(indent: string, unit: string): string {
  if (unit === '\t')
    return '\t'.repeat(/^\t*$/.test(indent) ? indent.length : Math.round(columns(indent) / 4));
  const width =
    indent.includes('\t') && !indent.includes(' ') ? indent.length * unit.length : columns(indent);
  return ' '.repeat(Math.round(width / unit.length) * unit.length);
}
