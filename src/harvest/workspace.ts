import { bodyInstruction, docstringSummary } from '../core/instructions.ts';
import { UserError } from '../protocol/errors.ts';
import type { DroppedTask, SourceFile, Task, TaskOrigin } from '../protocol/task.ts';
import { changeTimes } from './changeTimes.ts';
import { assignFamilies } from './families.ts';
import { NoRepositoryError, type Git } from './git.ts';
import { History } from './gitHistory.ts';
import {
  bodyHash,
  dropOf,
  scanHistory,
  type HistoryScanOptions,
  type PastCandidate,
  type PastScan,
} from './history.ts';
import { findSpecs } from './specs.ts';
import { scanWorkspace, type Candidate, type Scan } from './scan.ts';
import { validateTasks, type ProgramRunner } from './validate.ts';

/** The newest commits that are looked at for when today's functions were last changed. */
const COMMITS_FOR_TIMES = 1000;

export interface HarvestOptions {
  workspace: string;
  /** The workspace's interpreter, CPython 3.9 or later. */
  interpreter: string;
  executor: ProgramRunner;
  /**
   * The workspace's repository, and how many of its newest commits are looked through for tasks, which needs one. Left out, it is taken
   * for a workspace without.
   */
  history?: { git: Git; commits: number };
  signal?: AbortSignal;
  /** Commits looked through, or tasks validated so far, of how many. */
  onProgress?: (phase: 'commits' | 'tasks', done: number, total: number) => void;
  onNotice?: (message: string) => void;
}

export interface Harvest {
  tasks: Task[];
  dropped: DroppedTask[];
}

/** A function with checks and where the texts are that its task needs; `past` where it is one of a commit. */
interface Found {
  candidate: Candidate;
  sources: Readonly<Record<string, string>>;
  past?: PastCandidate;
  changedAt?: number | undefined;
}

/**
 * The tasks of a workspace: its functions and methods that tests or doctests cover, and those that its newest commits
 * changed together with a test. Each is validated by running its checks on the original body, on an empty one and on the one that
 * a commit replaced. Whatever cannot be used is among `dropped` with its reason. Nothing in the workspace or its
 * repository is written. Throws a UserError when the folder, the interpreter or a history that is asked for is unusable.
 */
export async function harvestWorkspace(options: HarvestOptions): Promise<Harvest> {
  const scan = await scanWorkspace(options.workspace, options.interpreter, options.signal);
  const { times, past } = await readRepository(scan, options);
  const found = [
    ...currentOf(scan).map((one) => ({ ...one, changedAt: times.get(one.candidate.id) })),
    ...pastOf(past),
  ];
  return await checked(found, [...scan.dropped, ...past.dropped], options);
}

/** The tasks that specifications name (docs/tasks.md), made again from the repository and validated like all others. */
export async function harvestSpecs(
  specs: readonly TaskOrigin[],
  options: Omit<HarvestOptions, 'history'> & { git: Git },
): Promise<Harvest> {
  const past = await findSpecs(await History.open(options.git), specs, scanOptions(options));
  return await checked(pastOf(past), past.dropped, options);
}

/** Those that are sound, as tasks; the others with what is dropped already. */
async function checked(
  found: readonly Found[],
  droppedBefore: readonly DroppedTask[],
  { executor, signal, onProgress }: Pick<HarvestOptions, 'executor' | 'signal' | 'onProgress'>,
): Promise<Harvest> {
  const byId = new Map(found.map((one) => [one.candidate.id, one]));
  const validated = await validateTasks(tasksFrom(found), executor, {
    earlier: new Map(found.map(({ candidate, past }) => [candidate.id, past?.earlier])),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.('tasks', done, total),
  });
  const tasks: Task[] = [];
  const dropped = [...droppedBefore];
  for (const { task, reason } of validated) {
    if (reason === undefined) tasks.push(task);
    else
      dropped.push({
        id: task.id,
        path: task.host?.path ?? '',
        line: byId.get(task.id)?.candidate.line ?? 1,
        reason,
      });
  }
  return { tasks, dropped };
}

/** The scan's candidates as tasks, not yet validated. */
export function tasksOf(scan: Scan): Task[] {
  return tasksFrom(currentOf(scan));
}

function currentOf({ candidates, sources }: Scan): Found[] {
  return candidates.map((candidate) => ({ candidate, sources }));
}

function pastOf({ found }: PastScan): Found[] {
  return found.map((past) => ({
    candidate: past.candidate,
    sources: past.sources,
    past,
    changedAt: past.time,
  }));
}

function scanOptions({
  interpreter,
  signal,
  onProgress,
}: Pick<HarvestOptions, 'interpreter' | 'signal' | 'onProgress'>): HistoryScanOptions {
  return {
    interpreter,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.('commits', done, total),
  };
}

/** When today's functions were changed last, and what commits have to offer. */
async function readRepository(
  scan: Scan,
  options: HarvestOptions,
): Promise<{ times: Map<string, number>; past: PastScan }> {
  const nothing = { times: new Map<string, number>(), past: { found: [], dropped: [] } };
  const { history } = options;
  if (history === undefined) return nothing;
  try {
    const opened = await History.open(history.git);
    const times = await changeTimes(opened, await opened.commits(COMMITS_FOR_TIMES), scan.candidates);
    if (history.commits === 0) return { ...nothing, times };
    const past = await scanHistory(opened, await opened.commits(history.commits), scanOptions(options));
    return { times, past: withoutCurrent(past, scan) };
  } catch (error) {
    // Times alone are no reason to find nothing.
    if (history.commits > 0 || !(error instanceof UserError)) throw error;
    if (!(error instanceof NoRepositoryError)) {
      options.onNotice?.(`${error.message} Held-out tasks are drawn, not the newest ones. ${error.nextStep}`);
    }
    return nothing;
  }
}

/** Takes out what the workspace still has. */
function withoutCurrent(past: PastScan, scan: Scan): PastScan {
  const current = new Set(scan.candidates.map(({ name, body }) => `${name}:${bodyHash(body)}`));
  const isCurrent = ({ candidate }: PastCandidate): boolean =>
    current.has(`${candidate.name}:${bodyHash(candidate.body)}`);
  return {
    found: past.found.filter((one) => !isCurrent(one)),
    dropped: [
      ...past.dropped,
      ...past.found.filter(isCurrent).map((one) => dropOf(one, 'the workspace still has this body')),
    ],
  };
}

function tasksFrom(found: readonly Found[]): Task[] {
  const families = assignFamilies(
    found.map(({ candidate }) => ({
      id: candidate.id,
      text: `${docstringSummary(candidate.docstring)}\n${candidate.body}`,
      // A function is one function at whatever commit.
      keys: [candidate.template, `${candidate.path}:${candidate.name}`],
    })),
  );
  return found.map(({ candidate, sources, past, changedAt }) => ({
    id: candidate.id,
    source: past === undefined ? candidate.source : 'history',
    name: candidate.name,
    instruction: bodyInstruction(candidate.name, candidate.docstring),
    prefix: candidate.prefix,
    hole: 'body',
    indent: candidate.indent,
    setup: '',
    checks: candidate.checks,
    reference: `\n${candidate.body}`,
    family: families.get(candidate.id) ?? candidate.id,
    host: {
      module: candidate.module,
      path: candidate.path,
      before: candidate.before,
      after: candidate.after,
      files: sourcesOf(candidate.files, sources),
      testFiles: sourcesOf(candidate.test_files, sources),
    },
    ...(past === undefined ? {} : { origin: originOf(past) }),
    ...(changedAt === undefined ? {} : { changedAt }),
  }));
}

function originOf({ candidate, commit }: PastCandidate): TaskOrigin {
  const { path, name, body } = candidate;
  return { kind: 'history', commit, path, name, hash: bodyHash(body) };
}

function sourcesOf(paths: readonly string[], sources: Readonly<Record<string, string>>): SourceFile[] {
  return paths.map((path) => ({ path, source: sources[path] ?? '' }));
}
