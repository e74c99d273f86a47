import { stream } from '../../src/core/random.ts';
import { completePrompt } from '../../src/inference/complete.ts';
import { DraftLength } from '../../src/inference/tokens/draftTokens.ts';
import { Graph } from '../../src/inference/graph.ts';
import { readModelFolder } from '../../src/inference/modelFolder.ts';
import { ReusedRow } from '../../src/inference/reusedRow.ts';
import {
  createTokenizer,
  type EncodedPrompt,
  type SegmentTokenizer,
} from '../../src/inference/tokens/tokenizer.ts';
import type { PromptSegment } from '../../src/protocol/sampling.ts';

/** A text that a model continues, after a frame of its own. `from`: the first place where it may be cut. */
export interface CutText {
  frame: string;
  text: string;
  from: number;
}

export interface CutOptions {
  modelFolder: string;
  onnxFolder: string;
  /** Cuts per text. */
  cuts: number;
  seed: number;
  threads: number;
  /** How many tokens to compare. */
  tokens: number;
}

/** A random cut where the model itself would have written the text up to the cut. */
export interface Cut {
  /** The last characters before the cut, and what the uncut text is continued with. */
  before: string;
  expected: string;
  /** The continuations of the cut text, with its end given back and without. */
  healed: string;
  plain: string;
  /** Whether the model itself would have written what was given back too. */
  own: boolean;
  /** Whether the cut is inside a token of the text. */
  inside: boolean;
}

/**
 * Cuts texts at random places and compares greedy continuations. The uncut text is read up to the last end of a token before
 * the cut; the cut counts if the model goes on as the text does, up to the cut.
 */
export async function compareCuts(texts: readonly CutText[], options: CutOptions): Promise<Cut[]> {
  const { threads, onnxFolder } = options;
  const graph = await Graph.load(onnxFolder, { threads, spinning: false, provider: 'cpu' });
  try {
    const model = await readModelFolder(options.modelFolder);
    const tokenizer = createTokenizer(model);
    const row = new ReusedRow(graph);
    const drafts = new DraftLength();
    const write = async (encoded: EncodedPrompt | undefined, prompt: PromptSegment[]): Promise<string> => {
      const used: SegmentTokenizer = { ...tokenizer, ...(encoded && { encodePrompt: () => encoded }) };
      const answer = await completePrompt(
        { row, tokenizer: used, endIds: model.endIds, drafts },
        { prompt, stop: '(?!)', maxTokens: options.tokens },
        new AbortController().signal,
        () => undefined,
      );
      return answer.text;
    };
    const random = stream(options.seed);
    const found: Cut[] = [];
    for (const { frame, text, from } of texts) {
      const head = tokenizer.encodeSegments([{ kind: 'frame', text: frame }]);
      const body = tokenizer.encodeSegments([{ kind: 'text', text }]);
      const ends = [0];
      for (const at of body.keys()) ends.push(tokenizer.decode(body.slice(0, at + 1)).length);
      for (let trial = 0; trial < options.cuts; trial += 1) {
        const cut = from + Math.floor(random() * (text.length - from));
        const whole = ends.findLastIndex((end) => end <= cut);
        const start = ends[whole] ?? 0;
        const uncut = { ids: [...head, ...body.slice(0, whole)], owed: [], given: '' };
        const prompt: PromptSegment[] = [
          { kind: 'frame', text: frame },
          { kind: 'text', text: text.slice(0, cut) },
        ];
        const own = await write(uncut, prompt);
        if (!own.startsWith(text.slice(start, cut))) continue;
        const { ids, given } = tokenizer.encodePrompt(prompt);
        const again = await write({ ids, owed: [], given: '' }, prompt);
        found.push({
          own: again.startsWith(given),
          before: text.slice(Math.max(0, cut - 20), cut),
          expected: own.slice(cut - start),
          healed: await write(undefined, prompt),
          plain: await write({ ids: tokenizer.encodeSegments(prompt), owed: [], given: '' }, prompt),
          inside: start < cut,
        });
      }
    }
    return found;
  } finally {
    await graph.close();
  }
}

/** Whether two continuations are the same as far as both go: their numbers of tokens differ. */
export function sameText(one: string, other: string): boolean {
  const length = Math.min(one.length, other.length);
  return one.slice(0, length) === other.slice(0, length);
}
