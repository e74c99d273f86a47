import type { TrainingExample } from '../../protocol/training.ts';
import { shuffled, uniform } from '../random.ts';

/** Characters of one piece of continued pre-training, about 250 tokens. */
const PIECE = 900;

/**
 * Pieces of Python source to mix among `examples` training texts, so that they make up `share` of all texts.
 * Pieces begin at a line's start and are drawn by seed; fewer come back when the sources are short.
 */
export function mixExamples(
  sources: readonly string[],
  examples: number,
  share: number,
  seed: number,
): TrainingExample[] {
  const wanted = Math.round((share / (1 - share)) * examples);
  const usable = sources.filter((source) => source.length >= PIECE);
  const order = shuffled(usable, seed);
  const pieces: TrainingExample[] = [];
  for (let index = 0; index < wanted && order.length > 0; index++) {
    const source = order[index % order.length] ?? '';
    const offset = Math.floor(uniform(seed, index, source.length) * (source.length - PIECE));
    const start = offset === 0 ? 0 : source.indexOf('\n', offset) + 1;
    pieces.push({
      id: `mix#${index}`,
      segments: [{ kind: 'text', role: 'pretrain', weight: 1, text: source.slice(start, start + PIECE) }],
    });
  }
  return pieces;
}
