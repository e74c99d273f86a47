import assert from 'node:assert/strict';
import { stream } from '../../../src/core/random.ts';
import { ByteVocabulary } from '../../../src/inference/tokens/byteVocabulary.ts';
import { completePrompt, type Row } from '../../../src/inference/complete.ts';
import { DraftLength } from '../../../src/inference/tokens/draftTokens.ts';
import type { CompletionAnswer } from '../../../src/protocol/completion.ts';

const VOCABULARY = 6;
const END = 5;
const PROMPT = [0, 1, 2, 3];

/** A row of a model whose next token depends on the last two: it soon repeats itself, so guesses are often right. */
class ChainRow implements Row {
  readonly config: Row['config'] = {
    graph: '',
    contextLength: 200,
    vocabulary: VOCABULARY,
    headSize: 1,
    heads: 1,
    caches: [],
  };
  runs = 0;
  readonly tokens: number[] = [];
  readonly #next: readonly number[];

  constructor(next: readonly number[]) {
    this.#next = next;
  }

  get length(): number {
    return this.tokens.length;
  }

  reuse(): number {
    this.tokens.length = 0;
    return 0;
  }

  truncate(length: number): void {
    assert.ok(length <= this.tokens.length, 'nothing is forgotten that was never read');
    this.tokens.length = length;
  }

  read(tokens: readonly number[], wanted: number): Promise<Float32Array[]> {
    this.runs += 1;
    const logits = tokens.map((token) => {
      const last = this.tokens.at(-1) ?? 0;
      this.tokens.push(token);
      const row = new Float32Array(VOCABULARY);
      row[this.#next[last * VOCABULARY + token] ?? 0] = 1;
      return row;
    });
    return Promise.resolve(logits.slice(-wanted));
  }
}

function chain(random: () => number): number[] {
  return Array.from({ length: VOCABULARY ** 2 }, () =>
    random() < 0.02 ? END : Math.floor(random() * (VOCABULARY - 1)),
  );
}

function plainly(next: readonly number[], maxTokens: number): string {
  const tokens = [...PROMPT];
  while (tokens.length < PROMPT.length + maxTokens) {
    const token = next[(tokens.at(-2) ?? 0) * VOCABULARY + (tokens.at(-1) ?? 0)] ?? 0;
    if (token === END) break;
    tokens.push(token);
  }
  return tokens.slice(PROMPT.length).join('');
}

async function complete(
  row: Row,
  maxTokens: number,
  stop = '(?!)',
  temperature = 0,
): Promise<CompletionAnswer> {
  return await completePrompt(
    {
      row,
      drafts: new DraftLength(),
      endIds: new Set([END]),
      tokenizer: {
        encodePrompt: () => ({ ids: PROMPT, owed: [], given: '' }),
        encodeSegments: () => PROMPT,
        vocabulary: new ByteVocabulary(new Map()),
        decode: (ids) => ids.join(''),
        countTokens: () => PROMPT.length,
      },
    },
    { prompt: [{ kind: 'text', text: 'x' }], stop, maxTokens, temperature },
    new AbortController().signal,
    () => undefined,
  );
}

describe('a completion with guesses', () => {
  it('is the same as without, in fewer runs', async () => {
    const random = stream(1);
    let [accepted, drafted, runs, tokens] = [0, 0, 0, 0];
    for (let trial = 0; trial < 400; trial += 1) {
      const next = chain(random);
      const maxTokens = 1 + Math.floor(random() * 60);
      const row = new ChainRow(next);
      const answer = await complete(row, maxTokens);
      assert.equal(answer.text, plainly(next, maxTokens));
      assert.equal(answer.tokens, answer.text.length);
      assert.equal(answer.finish, answer.tokens === maxTokens ? 'length' : 'end');
      const read = row.tokens.join('');
      assert.ok(`0123${answer.text}`.startsWith(read), 'no wrong guess stays in the row');
      accepted += answer.acceptedTokens;
      drafted += answer.draftedTokens;
      runs += row.runs;
      tokens += answer.tokens;
    }
    assert.ok(drafted > accepted && accepted > tokens / 3, `${accepted} of ${drafted} accepted`);
    assert.ok(runs < tokens * 0.7, `${runs} runs for ${tokens} tokens`);
  });

  it('ends where the stop rule first matches, also within guesses', async () => {
    const random = stream(2);
    for (let trial = 0; trial < 200; trial += 1) {
      const next = chain(random);
      const stop = String(Math.floor(random() * 5)).repeat(1) + '.';
      const whole = plainly(next, 60);
      const match = new RegExp(stop).exec(whole);
      const answer = await complete(new ChainRow(next), 60, stop);
      if (match === null) assert.notEqual(answer.finish, 'stop');
      else assert.equal(answer.text, whole.slice(0, match.index + 2));
    }
  });

  it('never leaves the context', async () => {
    const row = new ChainRow(new Array<number>(VOCABULARY ** 2).fill(1));
    const answer = await complete(row, 1000);
    assert.equal(answer.tokens, 199 - PROMPT.length);
    assert.ok(row.length < 200, 'there is room for one token more');
  });
});
