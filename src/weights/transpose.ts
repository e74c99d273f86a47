/** A square of numbers of this width fits into the processor's nearest cache. */
const TILE = 32;

/**
 * Writes rows of `columns` numbers as columns of a matrix whose rows have `width` numbers, from its column `first` on.
 */
export function transpose(
  rows: Float32Array,
  columns: number,
  target: Float32Array,
  width: number,
  first: number,
): void {
  const count = rows.length / columns;
  for (let row = 0; row < count; row += TILE) {
    const lastRow = Math.min(row + TILE, count);
    for (let column = 0; column < columns; column += TILE) {
      const lastColumn = Math.min(column + TILE, columns);
      for (let c = column; c < lastColumn; c += 1) {
        const at = c * width + first;
        for (let r = row; r < lastRow; r += 1) target[at + r] = rows[r * columns + c] ?? 0;
      }
    }
  }
}
