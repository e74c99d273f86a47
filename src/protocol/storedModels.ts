import { z } from 'zod';
import { ModelRecord } from './model.ts';
import { Estimate, GateRecord } from './run.ts';

/** The pass rate of a model on held-out tasks, as the newest run of the workspace that measured it found. */
export const MeasuredRate = z.strictObject({
  run: z.string(),
  round: z.int().min(0),
  rate: Estimate,
  tasks: z.int(),
  samples: z.int(),
  /** The rate of the model that this run began with, where it is another one. */
  before: z.number().optional(),
  /** The gate's decision about the model. */
  decision: GateRecord.shape.decision.optional(),
});
export type MeasuredRate = z.infer<typeof MeasuredRate>;

export const StoredModelSummary = z.strictObject({
  hash: z.string(),
  record: ModelRecord,
  /** Missing where no run of this workspace measured the model. */
  measured: MeasuredRate.optional(),
  /** Whether completions use it in this workspace. */
  active: z.boolean(),
});
export type StoredModelSummary = z.infer<typeof StoredModelSummary>;

/** A model of the catalogue. */
export const AvailableModel = z.strictObject({
  name: z.string(),
  /** Who trained it. */
  by: z.string(),
  hubId: z.string(),
  /** SPDX id. */
  licence: z.string(),
  parameters: z.int(),
  /** From the hub. */
  downloadBytes: z.int(),
  /** From its mirror, where it has one; 0 where the trainer environment brings it. */
  mirrorBytes: z.int().optional(),
  /** Bytes of memory to write completions, and to train. */
  memory: z.strictObject({ complete: z.int(), train: z.int() }),
  /** What a standard round of 60 tasks would take on this machine. */
  roundSeconds: z.number(),
  /** It needs a GPU, and this machine has none. */
  needsAccelerator: z.boolean(),
  /** Of the stored model, where it is here already. */
  hash: z.string().optional(),
  /** What is said of the default model, beside the one that fits this machine. */
  defaultNote: z.string().optional(),
});
export type AvailableModel = z.infer<typeof AvailableModel>;

/** The model that completions use in a workspace. */
export const ActiveModel = z.strictObject({
  /** Undefined while none was promoted: then it is the original model. */
  hash: z.string().optional(),
  /** As people know it. */
  name: z.string(),
});
export type ActiveModel = z.infer<typeof ActiveModel>;

/** Which model a workspace uses, beside the one that a run made. */
export const RunUse = z.strictObject({
  active: ActiveModel,
  /** Whether the model of the run's outcome is still stored. */
  stored: z.boolean(),
});
export type RunUse = z.infer<typeof RunUse>;
