/** Quantiles of the normal and of Student's distribution. */

/**
 * The value below which a normal variable lies with probability `p` (0 < p < 1), within 5e-4: formula 26.2.23 of Abramowitz
 * and Stegun, Handbook of Mathematical Functions.
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return above / below - t;
}

/**
 * The same for Student's distribution with `freedom` degrees of freedom, from 3 on within 2 % for probabilities from 0.01 to
 * 0.99: the series in powers of 1/freedom, formula 26.7.5 of the same book.
 */
export function studentQuantile(p: number, freedom: number): number {
  const z = normalQuantile(p);
  const terms = [
    z,
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, power) => sum + term / freedom ** power, 0);
}
