/** Number types of weights, as safetensors names them. */
export type FloatType = 'F32' | 'F16' | 'BF16';

let halves: Float32Array | undefined;

/** Widens numbers of 16 bits, given by their bits. Exact: each of them is a float32. */
export function toFloat32(bits: Uint16Array, type: 'F16' | 'BF16', target: Float32Array): void {
  if (type === 'BF16') {
    // The upper half of a float32.
    const words = new Uint32Array(target.buffer, target.byteOffset, target.length);
    for (let at = 0; at < words.length; at += 1) words[at] = (bits[at] ?? 0) << 16;
    return;
  }
  halves ??= allHalves();
  for (let at = 0; at < target.length; at += 1) target[at] = halves[bits[at] ?? 0] ?? 0;
}

/** All float16 numbers by their bits (IEEE 754: 1 sign, 5 of exponent with bias 15, 10 of fraction). */
function allHalves(): Float32Array {
  return Float32Array.from({ length: 1 << 16 }, (_, bits) => {
    const sign = bits >= 1 << 15 ? -1 : 1;
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}
