const PIECE_CHARACTERS = 1 << 16;

/** JSON lines of some values, in pieces that are worth a write. */
export function* jsonLines(values: Iterable<object>): Generator<string> {
  let piece = '';
  for (const value of values) {
    piece += `${JSON.stringify(value)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
