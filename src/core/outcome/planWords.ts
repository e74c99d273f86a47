import type { TrainingPlan } from '../../protocol/backend.ts';
import type { DroppedTask } from '../../protocol/task.ts';
import type { Device } from '../../protocol/training.ts';
import { detectableGain, GATE_FAMILIES } from '../evaluation/gate.ts';
import { bytes, points } from '../text/words.ts';

/** What a plan says before a run starts: tasks, whether it can decide, time and disk, in words. */

type Skipped = Pick<DroppedTask, 'id' | 'path' | 'line' | 'reason'>;

/** Whether a whole file was skipped because Python cannot read it. All of its functions and tests are missing then. */
export function isSyntaxError({ reason }: Pick<Skipped, 'reason'>): boolean {
  return reason.startsWith('the file does not parse');
}

/** The skipped files and functions: files with syntax errors first, then by path and line. */
export function skippedFirst<T extends Skipped>(dropped: readonly T[]): T[] {
  return dropped.toSorted(
    (a, b) =>
      Number(isSyntaxError(b)) - Number(isSyntaxError(a)) ||
      (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line),
  );
}

/** `1 file with a syntax error, 12 functions without usable tests`; empty where nothing was skipped. */
export function skippedWords(dropped: readonly Skipped[]): string {
  const broken = dropped.filter(isSyntaxError).length;
  const others = dropped.length - broken;
  return [
    ...(broken === 0
      ? []
      : [`${broken} ${broken === 1 ? 'file with a syntax error' : 'files with syntax errors'}`]),
    ...(others === 0 ? [] : [`${others} ${others === 1 ? 'function' : 'functions'} without usable tests`]),
  ].join(', ');
}

/** What a run of these tasks can find out, before it starts. */
export interface Decidable {
  can: boolean;
  words: string;
}

/**
 * Whether a run can tell if its model got better, and from which gain on.
 *
 * @param families of test tasks: near duplicates count once
 * @param samples attempts per test task and model, all looks of the gate together
 */
export function decidable(families: number, samples: number): Decidable {
  const gain = detectableGain(families, samples);
  if (gain === undefined) {
    const words = `No: it has ${families} different test ${families === 1 ? 'task' : 'tasks'} and needs ${GATE_FAMILIES}`;
    return { can: false, words };
  }
  return {
    can: true,
    words: `Yes, if ${points(gain).replace(/\.\d$/, '')} points more attempts pass, in 4 of 5 cases`,
  };
}

/** `About 8 minutes, up to 3.5 GB of disk. Estimated; your machine may differ` */
export function costWords(
  seconds: number,
  wantedBytes: number,
  { measuredHere, freeBytes }: Pick<TrainingPlan, 'measuredHere' | 'freeBytes'>,
): string {
  const minutes = Math.max(1, Math.round(seconds / 60));
  const time = `About ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`;
  const room = freeBytes < wantedBytes ? ` Only ${bytes(freeBytes)} are free.` : '';
  const source = measuredHere ? 'Measured in an earlier run' : 'Estimated; your machine may differ';
  return `${time}, up to ${bytes(wantedBytes)} of disk. ${source}.${room}`;
}

/** `CPU (no GPU found)`: the device that `auto` stands for. */
export function autoDeviceWords(device: Device): string {
  if (device === 'cpu') return 'CPU (no GPU found)';
  return `GPU (${device})`;
}

/** What the sandbox was proved to contain, without its tier's number. */
export function sandboxWords(tier: string): string {
  if (tier === 'T3') return 'Sandbox: fully isolated';
  if (tier === 'T2') return 'Sandbox: isolated';
  return 'Sandbox: programs are NOT isolated';
}
