/** Longest cycle of lines that is looked for. */
const MAX_CYCLE = 4;
/** So often a cycle may come in a row; literal tables and asserts repeat themselves honestly. */
const ALLOWED = 2;

/** A completion cut where it begins to go in circles; empty where it only says again what stands right above it. */
export function withoutRepeats(text: string, above: string): string {
  const lines = text.split('\n');
  const last = above.trimEnd().split('\n').at(-1)?.trim() ?? '';
  // `)` and `else:` may well come twice.
  if (/\w\W+\w/.test(last) && above.trimEnd() !== above && lines[0]?.trim() === last) return '';
  for (let at = 0; at < lines.length; at += 1) {
    for (let cycle = 1; cycle <= MAX_CYCLE; cycle += 1) {
      const piece = lines.slice(at, at + cycle).map((line) => line.trim());
      if (piece.length < cycle || !piece.some((line) => /\w/.test(line))) continue;
      const turns = turnsOf(lines, at, piece);
      if (turns > ALLOWED)
        return lines
          .slice(0, at + cycle)
          .join('\n')
          .trimEnd();
    }
  }
  return text;
}

/** How often in a row the piece stands from a line on; the last turn may be cut short by the length cap. */
function turnsOf(lines: readonly string[], at: number, piece: readonly string[]): number {
  let turns = 0;
  while (piece.every((line, index) => lines[at + turns * piece.length + index]?.trim() === line)) turns += 1;
  return turns;
}
