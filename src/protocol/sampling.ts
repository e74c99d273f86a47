import { z } from 'zod';

/**
 * A piece of model input. `frame` text is ours (chat template, verdict markers, end of text) and may hold special
 * tokens; `text` comes from tasks, feedback or programs and is tokenised with special tokens off.
 * Segments are tokenised one by one and concatenated, the same way for training and for sampling.
 */
export const PromptSegment = z.strictObject({ text: z.string(), kind: z.enum(['frame', 'text']) });
export type PromptSegment = z.infer<typeof PromptSegment>;

export const SamplingSettings = z.strictObject({
  /** 0 is greedy. */
  temperature: z.number().min(0),
  topP: z.number().gt(0).max(1),
  /** 0 is off. */
  topK: z.int().min(0),
  maxTokens: z.int().positive(),
  seed: z.int().min(0),
  round: z.int().min(0),
});
export type SamplingSettings = z.infer<typeof SamplingSettings>;

/** One task's prompt and how many programs to write for it. */
export const SampleItem = z.strictObject({
  /** 32-bit number derived from the task's id alone; part of the random stream's name. */
  key: z.int().min(0),
  prompt: z.array(PromptSegment).min(1),
  samples: z.int().positive(),
  /** A regular expression (syntax common to JavaScript and Python): decoding stops once it matches the text written so far. */
  stop: z.string().min(1),
});
export type SampleItem = z.infer<typeof SampleItem>;

/**
 * Prompts to write programs for. As rows finish, the next prompts take their places. Numbers are named by task, sample and
 * position, so which rows are decoded together decides nothing.
 */
export const SampleBatch = z.strictObject({
  items: z.array(SampleItem).min(1),
  /** Most programs that are written at once; a prompt with more samples is written alone. */
  rows: z.int().positive(),
  settings: SamplingSettings,
});
export type SampleBatch = z.infer<typeof SampleBatch>;

export const GeneratedText = z.strictObject({
  key: z.int().min(0),
  /** Zero-based index among the item's samples. */
  sample: z.int().min(0),
  /** Everything that was decoded, the stop match included, the end-of-text token not. */
  text: z.string(),
  tokens: z.int().min(0),
  finish: z.enum(['end', 'stop', 'length']),
});
export type GeneratedText = z.infer<typeof GeneratedText>;

/**
 * Anything that writes programs: onnxruntime in Node, onnxruntime or torch in the trainer process, a server of
 * somebody else's. */
export interface Sampler {
  /** Name and version of the engine and its precision, stored with every sample. */
  readonly engine: string;
  /** Yields programs as they finish, in the order in which they finish (deterministic). */
  sample(batch: SampleBatch, signal?: AbortSignal): AsyncIterable<GeneratedText>;
  close(): Promise<void>;
}
