/** Settings of the choice of a token from logits; see SamplingSettings. */
export interface ChoiceSettings {
  temperature: number;
  topK: number;
  topP: number;
}

/**
 * Tokens less likely than this share of the likeliest one are sorted only if the choice needs them. Peaked rows, nearly all
 * in code, then sort a few tokens instead of the vocabulary. In units of the natural logarithm.
 */
const TAIL = Math.log(1e-4);

/** Values of the exponential function for the tail's sum: Math.exp over a whole vocabulary takes longer than the model. */
const TABLE_END = -24;
const TABLE_STEPS = 2048;
const TABLE_SCALE = TABLE_STEPS / -TABLE_END;
const TABLE = Float64Array.from({ length: TABLE_STEPS + 2 }, (_, index) => Math.exp(-index / TABLE_SCALE));

/**
 * The id of the next token, by a random number `uniform` in [0, 1). Tokens are ordered by descending logit, equal ones by
 * ascending id. The choice is among the first `topK` (0: all), and of those among the smallest prefix that holds at least
 * `topP` of their probability. It takes the token where the cumulative probability passes the number. Temperature 0 takes
 * the first token.
 * @throws Error when the logits are not numbers, because the weights are damaged or overflowed.
 */
export function choose(logits: Float32Array, settings: ChoiceSettings, uniform: number): number {
  const { temperature, topK } = settings;
  const best = argmax(logits);
  const peak = logits[best] ?? Number.NaN;
  if (!Number.isFinite(peak)) throw new Error("the model's output is not a number");
  if (temperature === 0) return best;
  const head: number[] = [];
  let tail = 0;
  for (let id = 0; id < logits.length; id += 1) {
    const weight = ((logits[id] ?? 0) - peak) / temperature;
    if (weight >= TAIL) {
      head.push(id);
    } else if (weight > TABLE_END) {
      const place = -weight * TABLE_SCALE;
      const index = place | 0;
      const left = TABLE[index] ?? 0;
      tail += left + ((TABLE[index + 1] ?? 0) - left) * (place - index);
    }
  }
  if (topK > 0) {
    return topK <= head.length
      ? pick(sorted(head, logits).slice(0, topK), logits, settings, uniform, 0)
      : chooseBySorting(logits, settings, uniform);
  }
  const found = pick(sorted(head, logits), logits, settings, uniform, tail);
  return found >= 0 ? found : chooseBySorting(logits, settings, uniform);
}

/** The same as `choose`, but sorts the whole vocabulary. For temperatures above 0. */
export function chooseBySorting(logits: Float32Array, settings: ChoiceSettings, uniform: number): number {
  const order = sorted(
    Array.from(logits, (_, id) => id),
    logits,
  );
  const kept = settings.topK > 0 ? order.slice(0, settings.topK) : order;
  return pick(kept, logits, settings, uniform, 0);
}

/** The index of the largest number, the first of equal ones. */
export function argmax(values: Float32Array): number {
  let best = 0;
  let peak = values[0] ?? Number.NaN;
  for (let index = 1; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (value > peak) {
      peak = value;
      best = index;
    }
  }
  return best;
}

function sorted(ids: number[], logits: Float32Array): number[] {
  return ids.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
}

/**
 * The choice among `ids`, which are in order. `tail` is the probability of all other tokens, in units of the likeliest
 * token's probability. Returns -1 if the choice may be in the tail.
 */
function pick(
  ids: number[],
  logits: Float32Array,
  { temperature, topP }: ChoiceSettings,
  uniform: number,
  tail: number,
): number {
  const peak = logits[ids[0] ?? 0] ?? 0;
  const cumulative: number[] = [];
  let sum = 0;
  for (const id of ids) {
    sum += Math.exp(((logits[id] ?? 0) - peak) / temperature);
    cumulative.push(sum);
  }
  const total = sum + tail;
  const last = cumulative.findIndex((mass) => mass >= topP * total);
  if (last < 0 && tail > 0 && topP < 1) return -1;
  const mass = last < 0 ? total : (cumulative[last] ?? 0);
  const place = cumulative.findIndex((upTo) => upTo > uniform * mass);
  if (place < 0) return tail > 0 ? -1 : (ids.at(-1) ?? 0);
  return ids[place] ?? 0;
}
