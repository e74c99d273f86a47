import { z } from 'zod';

/** What the model is told before a task: that a good or a bad program follows, or nothing. */
export const Condition = z.enum(['good', 'bad', 'none']);
export type Condition = z.infer<typeof Condition>;

/**
 * The four texts that frame verdict and feedback: reserved tokens of the tokenizer if it has enough. Earlier versions also
 * kept a form of the verdict here, which is ignored.
 */
export const Markers = z.object({
  good: z.string().min(1),
  bad: z.string().min(1),
  feedbackBegin: z.string().min(1),
  feedbackEnd: z.string().min(1),
  /** True when each marker is one special token of the tokenizer, so that plain text can never spell it. */
  reserved: z.boolean(),
});
export type Markers = z.infer<typeof Markers>;

/** What a model's chat template puts around a conversation of one turn; base models without a template have none. */
export const ChatFrame = z.strictObject({
  /** Everything before the user's text. */
  before: z.string(),
  /** Everything between the user's text and the assistant's answer. */
  after: z.string(),
  /** What ends the assistant's answer. */
  end: z.string(),
});
export type ChatFrame = z.infer<typeof ChatFrame>;

/** How one model is asked: its frame, and the markers under which it was or will be trained. */
export const PromptStyle = z.strictObject({
  frame: ChatFrame.optional(),
  /** The tokenizer's end-of-text token, used where there is no chat frame. */
  endOfText: z.string(),
  markers: Markers,
});
export type PromptStyle = z.infer<typeof PromptStyle>;

/** The objectives that a run may name (src/core/learning/objectives/objectives.ts). `auto` picks one for each round. */
export const ObjectiveChoice = z.enum(['auto', 'rejection', 'fcft', 'sft']);
export type ObjectiveChoice = z.infer<typeof ObjectiveChoice>;

/**
 * `leti.json` in a model folder: where the weights come from and how to ask them. Keys that a newer version added are
 * ignored.
 */
export const ModelRecord = z.object({
  format: z.literal(1),
  name: z.string(),
  source: z.string(),
  revision: z.string(),
  licence: z.string(),
  /** Precision of the weights at their source, e.g. `Q4_1 brought back to float32`. */
  sourcePrecision: z.string(),
  parents: z.array(z.string()),
  /** Also one that only experiments or other versions know. */
  objective: z.string().min(1).optional(),
  /** Which marker completions are asked under; base and rejection weights have none. */
  condition: Condition,
  markers: Markers,
  run: z.string().optional(),
  round: z.int().optional(),
});
export type ModelRecord = z.infer<typeof ModelRecord>;
