import { z } from 'zod';
import { PromptSegment, type Sampler } from './sampling.ts';
import type { Precision } from './training.ts';

/** One continuation of a prompt, asked while somebody waits for it. */
export const CompletionRequest = z.strictObject({
  prompt: z.array(PromptSegment).min(1),
  /** As in SampleItem: decoding stops once it matches the text written so far. */
  stop: z.string().min(1),
  maxTokens: z.int().positive(),
  /** 0, which is meant when it is missing, is greedy. */
  temperature: z.number().min(0).optional(),
  topP: z.number().gt(0).max(1).optional(),
  /** Of the random numbers where the temperature is above 0. */
  seed: z.int().min(0).optional(),
});
export type CompletionRequest = z.infer<typeof CompletionRequest>;

export const CompletionAnswer = z.strictObject({
  /** Everything that was decoded, the stop match included, the end-of-text token not. */
  text: z.string(),
  tokens: z.int().min(0),
  finish: z.enum(['end', 'stop', 'length']),
  promptTokens: z.int().min(0),
  /** Tokens of the prompt that were not read again, because the last prompt began with them too. */
  reusedTokens: z.int().min(0),
  /** Tokens guessed from the text before them and checked together, and how many of them the model would have written. */
  draftedTokens: z.int().min(0),
  acceptedTokens: z.int().min(0),
  /** From the beginning of the work to the first token and to the end. */
  firstTokenMs: z.number().min(0),
  totalMs: z.number().min(0),
});
export type CompletionAnswer = z.infer<typeof CompletionAnswer>;

/** What a step takes with an execution provider of onnxruntime, or why it cannot be used. */
export const ProviderTrial = z.strictObject({
  provider: z.string(),
  stepMs: z.number().min(0).optional(),
  refused: z.string().optional(),
});
export type ProviderTrial = z.infer<typeof ProviderTrial>;

/** An exported model. */
export interface ModelFolders {
  /** The model's own folder: tokenizer, end tokens. */
  modelFolder: string;
  /** The exported graph with its `genai_config.json`. */
  onnxFolder: string;
  precision: Precision;
}

export interface CompleteOptions {
  /** Ends the work within one step. */
  signal?: AbortSignal;
  /** Gets the text so far whenever it has grown. */
  onText?: (text: string) => void;
  /** Interrupts the last request that was made with this option, if it is not answered yet: only the newest counts. */
  supersede?: boolean;
}

/** Writes with one model, for as long as the completer has it. */
export type ModelWriter = Pick<Completer, 'complete' | 'sample'>;

/** The active model: completes at once what somebody waits for, and samples in the time between. */
export interface Completer extends Sampler {
  /** How the execution provider in use was chosen, the one in use first. */
  readonly providers: readonly ProviderTrial[];
  /** Process id of the inference process, while there is one. */
  readonly pid: number | undefined;
  /**
   * Writes one continuation; one is written at a time, before samples.
   * @throws InterruptedError when it was cancelled or superseded; UserError when the inference process ends twice under it.
   */
  complete(request: CompletionRequest, options?: CompleteOptions): Promise<CompletionAnswer>;
  /**
   * Loads another model while the present one still answers, then uses it. The old model answers earlier requests.
   * @throws UserError when it cannot be loaded; the old one stays active.
   */
  swap(model: ModelFolders): Promise<void>;
  /**
   * A prompt is written for one model. What is asked through this is never answered by another one: both methods throw
   * InterruptedError once the model was swapped.
   */
  of(model: ModelFolders): ModelWriter;
}
