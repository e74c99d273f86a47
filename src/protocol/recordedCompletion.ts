import { z } from 'zod';

/** Characters of a text that is kept; longer ones are not recorded. */
export const MOST_RECORDED = 20_000;

/** What became of a completion that was shown: taken whole, in part, written by hand all the same, or not taken. */
export const UseOutcome = z.enum(['accepted', 'partly', 'typed', 'rejected']);
export type UseOutcome = z.infer<typeof UseOutcome>;

/** What became of accepted text some time later. */
export const Survival = z.enum(['kept', 'edited', 'removed']);
export type Survival = z.infer<typeof Survival>;

/** A completion that was shown, and what became of it. Recorded only where its user agreed. */
export const RecordedCompletion = z.strictObject({
  /** What is told later of the same completion has the same id and replaces it. */
  id: z.string().min(1).max(64),
  at: z.iso.datetime(),
  /** Of the file, relative to the workspace, with forward slashes. */
  path: z.string().min(1).max(1000),
  /** The function around it; a method has its class in front. */
  function: z.string().min(1).max(500).optional(),
  /** Hash of the model that wrote it. */
  model: z.string().min(1).max(200),
  outcome: UseOutcome,
  shown: z.string().min(1).max(MOST_RECORDED),
  /** How many characters of it were taken. */
  taken: z.int().min(0),
  /** What of it stood in the file when that was last looked at, edited or not. */
  kept: z.string().max(MOST_RECORDED).optional(),
  later: Survival.optional(),
  /** The function as it would be with all of the text: what can be run. */
  source: z.string().min(1).max(MOST_RECORDED).optional(),
});
export type RecordedCompletion = z.infer<typeof RecordedCompletion>;
