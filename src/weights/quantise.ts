const MIDDLE = 128;
const LARGEST = 255;

/**
 * Quantises rows of `columns` numbers to symmetric 8 bits as the model builder does (onnxruntime's
 * `quantize_matmul_8bits`, bit for bit). Each block of a row has one scale: its number of largest size becomes 0, which
 * stands for -128 steps. A number is (byte - 128) * scale.
 *
 * @param bytes `[rows, blocks, block]`; behind the end of a row they stay 0
 * @param scales `[rows, blocks]`
 */
export function quantiseRows(
  weights: Float32Array,
  columns: number,
  block: number,
  bytes: Uint8Array,
  scales: Float32Array,
): void {
  const blocks = Math.ceil(columns / block);
  const rows = weights.length / columns;
  for (let row = 0; row < rows; row += 1) {
    for (let at = 0; at < blocks; at += 1) {
      const first = row * columns + at * block;
      const end = Math.min(first + block, (row + 1) * columns);
      const scale = Math.fround(furthest(weights, first, end) / -MIDDLE);
      const perStep = scale === 0 ? 0 : Math.fround(1 / scale);
      scales[row * blocks + at] = scale;
      let target = (row * blocks + at) * block;
      for (let index = first; index < end; index += 1) {
        const steps = Math.fround(Math.fround((weights[index] ?? 0) * perStep) + MIDDLE);
        // C's `roundf` of what is not negative; the rest is 0 either way.
        const rounded = Math.floor(steps + 0.5);
        bytes[target] = rounded > LARGEST ? LARGEST : rounded < 0 ? 0 : rounded;
        target += 1;
      }
    }
  }
}

/** The number furthest from 0, of two as far the negative one. */
function furthest(weights: Float32Array, first: number, end: number): number {
  let least = weights[first] ?? 0;
  let most = least;
  for (let index = first + 1; index < end; index += 1) {
    const weight = weights[index] ?? 0;
    if (weight < least) least = weight;
    if (weight > most) most = weight;
  }
  return Math.abs(most) > Math.abs(least) ? most : least;
}
