import { z } from 'zod';
import { CompletionAnswer, CompletionRequest, ProviderTrial } from '../protocol/completion.ts';
import { NextStep } from '../protocol/errors.ts';
import { GeneratedText, SampleBatch } from '../protocol/sampling.ts';

/**
 * A request to the inference process. It answers `complete` requests one at a time and before all others. It answers the
 * others one at a time, between the steps of the urgent ones.
 */
export const WorkerRequest = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('load'),
    modelFolder: z.string(),
    onnxFolder: z.string(),
    threads: z.int().min(0),
    /** For completions, while nothing else computes; see GraphOptions. */
    spinning: z.boolean(),
    /** Execution providers to try in addition to the CPU. Missing: all that onnxruntime-node has. */
    providers: z.array(z.string()).optional(),
  }),
  /** Answers `program` messages, then `done`. */
  z.strictObject({ method: z.literal('sample'), batch: SampleBatch }),
  /** Answers `text` messages if `stream` is set, a `completion`, then `done`. */
  z.strictObject({ method: z.literal('complete'), request: CompletionRequest, stream: z.boolean() }),
  z.strictObject({ method: z.literal('agreement'), file: z.string(), tokens: z.int().positive() }),
  /** Measures the processor; needs no model. */
  z.strictObject({ method: z.literal('rate') }),
  /** Ends the request with the same id between two steps. That request answers `interrupted`. */
  z.strictObject({ method: z.literal('cancel') }),
]);
export type WorkerRequest = z.infer<typeof WorkerRequest>;

/** A request with the id of its answers. */
export interface WorkerCall {
  id: number;
  request: WorkerRequest;
}

/** A message of the inference process. Every request except `cancel` ends with `done`, `interrupted` or `error`. */
export const WorkerMessage = z.discriminatedUnion('event', [
  /** A model is loaded. `runtime` holds the runtime's name and version, `providers` the trials, the chosen one first. */
  z.strictObject({
    event: z.literal('loaded'),
    runtime: z.string(),
    providers: z.array(ProviderTrial).min(1),
  }),
  z.strictObject({ event: z.literal('program'), program: GeneratedText }),
  z.strictObject({ event: z.literal('text'), text: z.string() }),
  z.strictObject({ event: z.literal('completion'), answer: CompletionAnswer }),
  z.strictObject({ event: z.literal('agreement'), agree: z.int().min(0), total: z.int().min(0) }),
  /** See ProductRate. */
  z.strictObject({
    event: z.literal('rate'),
    gflops: z.number().positive(),
    gigabytes: z.number().positive(),
  }),
  z.strictObject({ event: z.literal('done') }),
  z.strictObject({ event: z.literal('interrupted') }),
  /** With a `nextStep` if the user can do something. Without one, `message` holds a stack trace. */
  z.strictObject({ event: z.literal('error'), message: z.string(), nextStep: NextStep.optional() }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

export const WorkerReply = z.strictObject({ id: z.int().min(0), message: WorkerMessage });
export type WorkerReply = z.infer<typeof WorkerReply>;
