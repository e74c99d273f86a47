import { z } from 'zod';
import { GeneratedText, SampleBatch } from '../protocol/sampling.ts';

/** What the inference process is asked; one request at a time, but for `cancel`. */
export const WorkerRequest = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('load'),
    modelFolder: z.string(),
    onnxFolder: z.string(),
    threads: z.int().min(0),
  }),
  /** Answers `program` messages, then `done`. */
  z.strictObject({ method: z.literal('sample'), batch: SampleBatch }),
  z.strictObject({ method: z.literal('agreement'), file: z.string() }),
  /** Ends the request in progress between two tokens; it answers `interrupted`. */
  z.strictObject({ method: z.literal('cancel') }),
]);
export type WorkerRequest = z.infer<typeof WorkerRequest>;

/** What it answers. Every request but `cancel` ends with `done`, `interrupted` or `error`. */
export const WorkerMessage = z.discriminatedUnion('event', [
  /** A model is loaded; `runtime` names what runs it, with its version. */
  z.strictObject({ event: z.literal('loaded'), runtime: z.string() }),
  z.strictObject({ event: z.literal('program'), program: GeneratedText }),
  z.strictObject({ event: z.literal('agreement'), agree: z.int().min(0), total: z.int().min(0) }),
  z.strictObject({ event: z.literal('done') }),
  z.strictObject({ event: z.literal('interrupted') }),
  /** `nextStep` where the user can do something; otherwise `message` holds a stack trace. */
  z.strictObject({ event: z.literal('error'), message: z.string(), nextStep: z.string().optional() }),
]);
export type WorkerMessage = z.infer<typeof WorkerMessage>;
