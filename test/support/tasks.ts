import type { ExecutionResult } from '../../src/protocol/execution.ts';
import type { Markers, PromptStyle } from '../../src/protocol/model.ts';
import type { Sample } from '../../src/protocol/run.ts';
import type { Task } from '../../src/protocol/task.ts';

/** A bare task whose model writes the rest of `def f(`; parts can be replaced. */
export function bareTask(parts: Partial<Task> = {}): Task {
  return {
    id: 't/f',
    source: 'file',
    name: 'f',
    instruction: 'Write f.',
    prefix: 'def f(',
    hole: 'function',
    indent: 0,
    setup: '',
    checks: [{ kind: 'statements', source: 'assert f(1) == 2' }],
    family: 't/f',
    ...parts,
  };
}

export const RESERVED: Markers = {
  good: '<r0>',
  bad: '<r1>',
  feedbackBegin: '<r2>',
  feedbackEnd: '<r3>',
  reserved: true,
};

export const PLAIN: Markers = {
  good: '<|good|>',
  bad: '<|bad|>',
  feedbackBegin: '<|feedback|>',
  feedbackEnd: '<|/feedback|>',
  reserved: false,
};

export function chatStyle(markers: Markers = RESERVED): PromptStyle {
  return { frame: { before: '<user>', after: '<assistant>', end: '<end>' }, endOfText: '<eot>', markers };
}

export function baseStyle(markers: Markers = RESERVED): PromptStyle {
  return { frame: undefined, endOfText: '<eot>', markers };
}

/** What the runner says of a program that passed its one check; parts can be replaced. */
export function result(parts: Partial<ExecutionResult> = {}): ExecutionResult {
  return { id: 0, verdict: 'passed', checksPassed: 1, checksTotal: 1, sealed: true, durationMs: 1, ...parts };
}

/** A stored program that failed; parts can be replaced. */
export function sampleOf(taskId: string, parts: Partial<Sample> = {}): Sample {
  return {
    taskId,
    sample: 0,
    decoded: '',
    completion: 'x):\n    return 1',
    verdict: 'failed',
    errorType: 'AssertionError',
    feedback: 'AssertionError',
    checksPassed: 0,
    checksTotal: 1,
    hash: 'h',
    tokens: 4,
    finish: 'stop',
    sealed: true,
    durationMs: 1,
    ...parts,
  };
}
