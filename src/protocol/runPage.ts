import { z } from 'zod';
import { RunDetail, TaskChange, TaskDetail, TaskHistory } from './backend.ts';
import { RunEvent } from './run.ts';
import { RunUse } from './storedModels.ts';

/** Which run a page shows. */
export const PageAddress = z.object({ workspace: z.string().min(1), run: z.string().min(1) });
export type PageAddress = z.infer<typeof PageAddress>;

/** What the reader chose on a page. */
export const PageView = z.object({
  /** Tasks of this kind only. */
  filter: TaskChange.optional(),
  search: z.string().default(''),
  /** Rows of the table of tasks that were drawn. */
  rows: z.int().min(0).default(0),
  /** The task that is open. */
  task: z.string().optional(),
  /** The stage whose programs are shown; the last one, also when another comes, where none is named. */
  stage: z.string().optional(),
  /** Distance from the page's top. */
  scroll: z.number().min(0).default(0),
});
export type PageView = z.infer<typeof PageView>;

/** What VS Code keeps of a page while it is hidden and over a reload of the window. */
export const PageState = PageAddress.extend({ view: PageView.optional().catch(undefined) });
export type PageState = z.infer<typeof PageState>;

/** An address as the value of an attribute, whatever letters its folder is written in. */
export function addressToAttribute(address: PageAddress): string {
  return encodeURIComponent(JSON.stringify(address));
}

export function addressFromAttribute(text: string): PageAddress {
  return PageAddress.parse(JSON.parse(decodeURIComponent(text)));
}

/** To the page of a run. */
export const ToPage = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('run'),
    /** What the run is called: on the page as on its tab. */
    title: z.string(),
    detail: RunDetail,
    histories: z.array(TaskHistory),
    use: RunUse,
  }),
  z.strictObject({ kind: z.literal('task'), detail: TaskDetail }),
  /** The latest event of an active run; null if none is active. */
  z.strictObject({
    kind: z.literal('live'),
    event: RunEvent.nullable(),
    /** What the run does now. */
    line: z.string().optional(),
  }),
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
  /** A task's programs of two stages, side by side. */
  z.strictObject({ kind: z.literal('compare'), task: z.string(), from: z.string(), to: z.string() }),
  /** What the reader wants to do about the outcome of the run. */
  z.strictObject({ kind: z.literal('act'), action: z.enum(['use', 'undo', 'longer', 'resume']) }),
  z.strictObject({ kind: z.literal('copy') }),
  /** Something that went wrong in the page, for the log. */
  z.strictObject({ kind: z.literal('log'), message: z.string() }),
]);
export type FromPage = z.infer<typeof FromPage>;
