import type { TrainingExample } from '../../protocol/training.ts';
import { shuffled, uniform } from '../random.ts';

/** Characters per piece, about 250 tokens. */
const PIECE = 900;

/**
 * `count` pieces of Python source as training texts. Each piece begins at the start of a line; the seed draws it. Sources
 * that are shorter than a piece are left out, so there is no piece if all sources are short.
 */
export function sourcePieces(sources: readonly string[], count: number, seed: number): TrainingExample[] {
  const usable = sources.filter((source) => source.length >= PIECE);
  const order = shuffled(usable, seed);
  const pieces: TrainingExample[] = [];
  for (let index = 0; index < count && order.length > 0; index++) {
    const source = order[index % order.length] ?? '';
    const offset = Math.floor(uniform(seed, index, source.length) * (source.length - PIECE));
    const start = offset === 0 ? 0 : source.indexOf('\n', offset) + 1;
    pieces.push({
      id: `source#${index}`,
      segments: [{ kind: 'text', role: 'pretrain', weight: 1, text: source.slice(start, start + PIECE) }],
    });
  }
  return pieces;
}
