import { uniform } from '../core/random.ts';
import type { CompletionAnswer, CompletionRequest } from '../protocol/completion.ts';
import { InterruptedError } from '../protocol/errors.ts';
import { choose } from './choice.ts';
import { draftTokens, type DraftLength } from './tokens/draftTokens.ts';
import type { ReusedRow } from './reusedRow.ts';
import { TextStream } from './tokens/textStream.ts';
import type { SegmentTokenizer } from './tokens/tokenizer.ts';

/** Longest piece of a prompt that one run reads, in tokens. A cancelled request waits for its current piece. */
const PIECE_TOKENS = 128;

/** The part of a row that a completion uses. */
export type Row = Pick<ReusedRow, 'config' | 'length' | 'reuse' | 'truncate' | 'read'>;

/** The parts of a loaded model that write a completion. */
export interface CompletionTools {
  row: Row;
  tokenizer: SegmentTokenizer;
  endIds: ReadonlySet<number>;
  /** How many tokens to guess. It learns from one completion to the next. */
  drafts: DraftLength;
}

/**
 * Writes one continuation of a prompt. `onText` gets the whole text so far whenever it has grown. At temperature 0, it
 * guesses tokens with `draftTokens` and reads all guesses in one run. The text does not depend on the guesses.
 * @throws InterruptedError between two runs of the model once `signal` is aborted.
 */
export async function completePrompt(
  { row, tokenizer, endIds, drafts }: CompletionTools,
  request: CompletionRequest,
  signal: AbortSignal,
  onText: (text: string) => void,
): Promise<CompletionAnswer> {
  const started = performance.now();
  const { temperature = 0, topP = 1, seed = 0 } = request;
  const stop = new RegExp(request.stop);
  const { ids: prompt, owed: owing, given } = tokenizer.encodePrompt(request.prompt);
  let owed = owing;
  const room = Math.min(request.maxTokens, row.config.contextLength - 1 - prompt.length);
  const answer: CompletionAnswer = {
    text: '',
    tokens: 0,
    finish: 'length',
    promptTokens: prompt.length,
    reusedTokens: 0,
    draftedTokens: 0,
    acceptedTokens: 0,
    firstTokenMs: 0,
    totalMs: 0,
  };
  if (prompt.length === 0 || room <= 0) return answer;
  const stream = new TextStream((ids) => tokenizer.decode(ids), { ids: prompt, given });
  answer.reusedTokens = row.reuse(prompt);
  const pick = (logits: Float32Array, position: number): number => {
    const fitting = tokenizer.vocabulary.restrict(logits, owed);
    const token = choose(fitting, { temperature, topP, topK: 0 }, uniform(seed, 0, 0, 0, position));
    owed = tokenizer.vocabulary.pay(owed, token);
    return token;
  };
  let next = pick(await readPrompt(row, prompt, signal), 0);
  answer.firstTokenMs = performance.now() - started;
  const tokens = [...prompt];
  /** Appends a token. True if the completion ends with it. */
  const take = (token: number): boolean => {
    if (endIds.has(token)) {
      answer.finish = 'end';
      return true;
    }
    tokens.push(token);
    answer.tokens += 1;
    if (stream.push(token) && stop.test(stream.text)) {
      answer.finish = 'stop';
      return true;
    }
    return answer.tokens >= room;
  };
  let shown = 0;
  for (let ended = take(next); !ended;) {
    if (stream.text.length > shown) onText(stream.text);
    shown = stream.text.length;
    if (signal.aborted) throw new InterruptedError();
    const guesses =
      temperature === 0 ? draftTokens(tokens, Math.min(drafts.next(), room - answer.tokens - 1)) : [];
    const logits = await row.read([next, ...guesses], 1 + guesses.length);
    const known = tokens.length;
    let accepted = 0;
    for (const [at, after] of logits.entries()) {
      next = pick(after, answer.tokens);
      ended = take(next);
      if (ended || next !== guesses[at]) break;
      accepted += 1;
    }
    row.truncate(known + accepted);
    if (guesses.length > 0) drafts.record(guesses.length, accepted);
    answer.draftedTokens += guesses.length;
    answer.acceptedTokens += accepted;
  }
  stream.flush();
  if (stream.text.length > shown) onText(stream.text);
  return { ...answer, text: stream.text, totalMs: performance.now() - started };
}

/** Reads the rest of a prompt, piece by piece, and returns the logits after its last token: `vocabulary` numbers. */
async function readPrompt(row: Row, prompt: readonly number[], signal: AbortSignal): Promise<Float32Array> {
  for (;;) {
    if (signal.aborted) throw new InterruptedError();
    const piece = prompt.slice(row.length, row.length + PIECE_TOKENS);
    const [logits] = await row.read(piece, 1);
    if (row.length === prompt.length) return logits ?? new Float32Array(0);
  }
}
