import { MOST_LOOKS } from './evaluation/gate.ts';
import type { ObjectiveChoice } from '../protocol/model.ts';
import type { RunConfig } from '../protocol/run.ts';

/** What a run does unless it is told otherwise; tuned on training tasks only. */
export const DEFAULT_RUN: Omit<RunConfig, 'workspace' | 'tasksFile' | 'heldOutFile' | 'objective'> & {
  objective: ObjectiveChoice;
} = {
  historyCommits: 0,
  skipTasks: [],
  model: 'default',
  objective: 'auto',
  rounds: 1,
  samples: 8,
  heldOutSamples: 8,
  looks: MOST_LOOKS,
  temperature: 0.7,
  topP: 0.95,
  topK: 0,
  maxTokens: 160,
  batchRows: 64,
  seed: 42,
  device: 'auto',
  timeoutSeconds: 5,
  sealedOnly: false,
  runTests: false,
  weakTasks: false,
  feedback: 'full',
  measureTrain: false,
  training: {
    method: 'auto',
    epochs: 2,
    steps: 0,
    batchSize: 16,
    microBatchSize: 8,
    maxTokens: 768,
    warmupFraction: 0.1,
    weightDecay: 0.01,
    clipNorm: 1,
    loraRank: 16,
    seed: 42,
    checkpointSteps: 10,
  },
};
