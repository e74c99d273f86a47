/** What LeTI puts on the disk. The plan, the doctor and the README take their numbers from here. */

/** The trainer environment with PyTorch for the CPU (docs/training.md). */
const ENVIRONMENT_BYTES = 1.4e9;
/** Per parameter, measured with 135 million: the base model with its exports, and the new weights of a round. */
const BASE_MODEL_BYTES = 9.7;
const ROUND_BYTES = 6;

/** Bytes that a run puts on the disk once: the model with its exports, and the environment where it is missing. */
export function diskOnce(parameters: number, environmentReady: boolean): number {
  return (environmentReady ? 0 : ENVIRONMENT_BYTES) + BASE_MODEL_BYTES * parameters;
}

/** Bytes that each round of a run adds. */
export function diskPerRound(parameters: number): number {
  return ROUND_BYTES * parameters;
}
