import { z } from 'zod';

/** What the model is told before a task: that a good or a bad program follows, or nothing. */
export const Condition = z.enum(['good', 'bad', 'none']);
export type Condition = z.infer<typeof Condition>;

/** The four texts that frame verdict and feedback; reserved tokens of the tokenizer where it has some. */
export const Markers = z.strictObject({
  good: z.string().min(1),
  bad: z.string().min(1),
  feedbackBegin: z.string().min(1),
  feedbackEnd: z.string().min(1),
  /** True when each marker is one special token of the tokenizer, so that plain text can never spell it. */
  reserved: z.boolean(),
});
export type Markers = z.infer<typeof Markers>;

export const Objective = z.enum(['fcft', 'fcft-binary', 'rejection', 'sft']);
export type Objective = z.infer<typeof Objective>;

/** `leti.json` in a model folder: where the weights come from and how to ask them. */
export const ModelRecord = z.strictObject({
  format: z.literal(1),
  name: z.string(),
  source: z.string(),
  revision: z.string(),
  licence: z.string(),
  /** Precision of the weights at their source, e.g. `Q4_1 brought back to float32`. */
  sourcePrecision: z.string(),
  parents: z.array(z.string()),
  objective: Objective.optional(),
  /** Which marker completions are asked under; base and rejection weights have none. */
  condition: Condition,
  markers: Markers,
  run: z.string().optional(),
  round: z.int().optional(),
  heldOut: z.strictObject({ tasks: z.int(), samples: z.int(), pass1: z.number() }).optional(),
});
export type ModelRecord = z.infer<typeof ModelRecord>;
