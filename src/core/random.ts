const MASK = (1n << 64n) - 1n;

/**
 * A number in [0, 1) that is a pure function of the given non-negative integers: splitmix64's finaliser (Steele, Lea
 * and Flood 2014) chained over them, top 53 bits. Every random choice of a run is named by its integers, never by
 * the order of choices. So a resumed run repeats an unbroken one.
 */
export function uniform(...name: number[]): number {
  let state = 0n;
  for (const part of name) {
    state = mix((state ^ BigInt(part)) & MASK);
  }
  return Number(state >> 11n) / 2 ** 53;
}

/** A fast stream of numbers in [0, 1) for resampling (mulberry32), started by a seed. */
export function stream(seed: number): () => number {
  let state = Math.floor(uniform(seed) * 2 ** 32);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let z = Math.imul(state ^ (state >>> 15), 1 | state);
    z = (z + Math.imul(z ^ (z >>> 7), 61 | z)) ^ z;
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A shuffled copy; the same integers give the same order. */
export function shuffled<T>(items: readonly T[], ...name: number[]): T[] {
  return items
    .map((item, index) => ({ item, rank: uniform(...name, index) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}

/** 32-bit FNV-1a of a text: the number under which a task's random streams are named. */
export function keyOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}

function mix(value: bigint): bigint {
  let z = (value + 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}
