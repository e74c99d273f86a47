import { z } from 'zod';
import { CompletionAnswer, CompletionRequest, ProviderTrial } from '../protocol/completion.ts';
import { NextStep } from '../protocol/errors.ts';
import { GeneratedText, SampleBatch } from '../protocol/sampling.ts';

/**
 * What the inference process is asked. `complete` requests are answered one at a time and before all else; the others one
 * at a time, in the steps between.
 */
export const WorkerRequest = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('load'),
    modelFolder: z.string(),
    onnxFolder: z.string(),
    threads: z.int().min(0),
    /** For a model that completes while nothing else computes; see GraphOptions. */
    spinning: z.boolean(),
    /** Execution providers to try beside the CPU; all that onnxruntime-node has, if it is missing. */
    providers: z.array(z.string()).optional(),
  }),
  /** Answers `program` messages, then `done`. */
  z.strictObject({ method: z.literal('sample'), batch: SampleBatch }),
  /** Answers `text` messages where the text so far is wanted, a `completion`, then `done`. */
  z.strictObject({ method: z.literal('complete'), request: CompletionRequest, stream: z.boolean() }),
  z.strictObject({ method: z.literal('agreement'), file: z.string() }),
  /** Ends the request with the same id between two steps; it answers `interrupted`. */
  z.strictObject({ method: z.literal('cancel') }),
]);
export type WorkerRequest = z.infer<typeof WorkerRequest>;

/** A request with the number under which it is answered. */
export interface WorkerCall {
  id: number;
  request: WorkerRequest;
}

/** What it answers. Every request but `cancel` ends with `done`, `interrupted` or `error`. */
export const WorkerMessage = z.discriminatedUnion('event', [
  /** A model is loaded; `runtime` names what runs it, with its version; `providers` how that was chosen, the choice first. */
  z.strictObject({
    event: z.literal('loaded'),
    runtime: z.string(),
    providers: z.array(ProviderTrial).min(1),
  }),
  z.strictObject({ event: z.literal('program'), program: GeneratedText }),
  z.strictObject({ event: z.literal('text'), text: z.string() }),
  z.strictObject({ event: z.literal('completion'), answer: CompletionAnswer }),
  z.strictObject({ event: z.literal('agreement'), agree: z.int().min(0), total: z.int().min(0) }),
  z.strictObject({ event: z.literal('done') }),
  z.strictObject({ event: z.literal('interrupted') }),
  /** `nextStep` where the user can do something; otherwise `message` holds a stack trace. */
  z.strictObject({ event: z.literal('error'), message: z.string(), nextStep: NextStep.optional() }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;

export const WorkerReply = z.strictObject({ id: z.int().min(0), message: WorkerMessage });
export type WorkerReply = z.infer<typeof WorkerReply>;
