import assert from 'node:assert/strict';
import { stream, uniform } from '../../../src/core/random.ts';
import { choose, chooseBySorting, type ChoiceSettings } from '../../../src/inference/choice.ts';

/** The definition, token by token. */
function naive(logits: Float32Array, { temperature, topK, topP }: ChoiceSettings, random: number): number {
  let order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b);
  if (topK > 0) order = order.slice(0, topK);
  const weights = order.map((id) => Math.exp((logits[id]! - logits[order[0]!]!) / temperature));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let mass = 0;
  const last = weights.findIndex((weight) => (mass += weight / total) >= topP - 1e-12);
  const kept = last < 0 ? order.length : last + 1;
  const target = random * weights.slice(0, kept).reduce((sum, weight) => sum + weight, 0);
  let passed = 0;
  const place = weights.slice(0, kept).findIndex((weight) => (passed += weight) > target);
  return order[place < 0 ? kept - 1 : place]!;
}

/** Numbers with the standard normal distribution (Box and Muller 1958). */
function normals(count: number, next: () => number): number[] {
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
  );
}

describe('the choice of a token', () => {
  const settings: ChoiceSettings[] = [
    { temperature: 0.7, topK: 0, topP: 0.95 },
    { temperature: 0.7, topK: 0, topP: 1 },
    { temperature: 1, topK: 0, topP: 0.5 },
    { temperature: 1, topK: 5, topP: 1 },
    { temperature: 1, topK: 50, topP: 0.9 },
    { temperature: 2, topK: 1, topP: 0.9 },
    { temperature: 5, topK: 0, topP: 0.99 },
    { temperature: 0.05, topK: 0, topP: 0.9 },
  ];
  for (const setting of settings) {
    it(`equals the definition with ${JSON.stringify(setting)}`, () => {
      const next = stream(3);
      for (const spread of [0.2, 2, 8]) {
        for (let round = 0; round < 30; round += 1) {
          const logits = Float32Array.from(normals(700, next), (value) => value * spread);
          const random = next();
          const expected = naive(logits, setting, random);
          assert.equal(choose(logits, setting, random), expected);
          assert.equal(chooseBySorting(logits, setting, random), expected);
        }
      }
    });
  }

  it('gives ties to the smaller token', () => {
    const logits = Float32Array.of(0, 3, 1, 3, 3);
    assert.equal(choose(logits, { temperature: 0, topK: 0, topP: 1 }, 0.9), 1);
    const two = [0.1, 0.6].map((random) => choose(logits, { temperature: 0.1, topK: 2, topP: 1 }, random));
    assert.deepEqual(two, [1, 3]);
    const all = [0.1, 0.5, 0.9].map((random) =>
      choose(logits, { temperature: 0.1, topK: 0, topP: 1 }, random),
    );
    assert.deepEqual(all, [1, 3, 4]);
  });

  it('follows the distribution', () => {
    const logits = Float32Array.of(0.5, 0.3, 0.15, 0.05).map((share) => Math.log(share));
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 1000; index += 1) {
      const chosen = choose(logits, { temperature: 1, topK: 0, topP: 0.9 }, (index + 0.5) / 1000);
      counts[chosen] = counts[chosen]! + 1;
    }
    [526, 316, 158, 0].forEach((expected, id) => {
      assert.ok(Math.abs(counts[id]! - expected) <= 2, `token ${id}: ${counts[id]!}`);
    });
  });

  it('tells damaged weights', () => {
    const logits = new Float32Array(5).fill(Number.NaN);
    assert.throws(() => choose(logits, { temperature: 0.7, topK: 0, topP: 1 }, 0.5), /not a number/);
  });
});

describe('the random stream of samples', () => {
  // The same values stand in test/python/sampling/test_random_stream.py: both languages must draw the same numbers.
  const golden: [number[], number][] = [
    [[0, 0, 0, 0, 0], 0.47141042966848024],
    [[42, 0, 1, 2, 3], 0.9215179615165763],
    [[1, 2, 4294967295, 7, 159], 0.6129404756322039],
    [[9007199254740991, 3, 2166136261, 0, 1], 0.8539035481603935],
  ];
  for (const [name, value] of golden) {
    it(`gives its number for ${name.join(', ')}`, () => {
      assert.equal(uniform(...name), value);
    });
  }
});
