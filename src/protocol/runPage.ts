import { z } from 'zod';
import { RunDetail, TaskDetail, TaskHistory } from './backend.ts';
import { RunEvent } from './run.ts';

/** To the page of a run. */
export const ToPage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('run'), detail: RunDetail, histories: z.array(TaskHistory) }),
  z.strictObject({ kind: z.literal('task'), detail: TaskDetail }),
  /** What goes on right now; null when nothing does. */
  z.strictObject({ kind: z.literal('live'), event: RunEvent.nullable() }),
  z.strictObject({ kind: z.literal('problem'), message: z.string() }),
]);
export type ToPage = z.infer<typeof ToPage>;

/** From the page of a run. */
export const FromPage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready') }),
  z.strictObject({ kind: z.literal('task'), task: z.string() }),
  z.strictObject({
    kind: z.literal('open'),
    task: z.string(),
    stage: z.string(),
    sample: z.int().min(0),
  }),
  /** First and last program of a task, side by side. */
  z.strictObject({ kind: z.literal('compare'), task: z.string() }),
  z.strictObject({ kind: z.literal('copy') }),
]);
export type FromPage = z.infer<typeof FromPage>;
