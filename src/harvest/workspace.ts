import { bodyInstruction, docstringSummary } from '../core/learning/instructions.ts';
import { type NextStep, UserError } from '../protocol/errors.ts';
import type { DataFile, DroppedTask, SourceFile, Task, TaskOrigin } from '../protocol/task.ts';
import { changeTimes } from './history/changeTimes.ts';
import { assignFamilies } from './families.ts';
import { NoRepositoryError, type Git } from './history/git.ts';
import { History } from './history/gitHistory.ts';
import {
  bodyHash,
  dropOf,
  scanHistory,
  type HistoryScanOptions,
  type PastCandidate,
  type PastScan,
} from './history/history.ts';
import { findSpecs } from './specs.ts';
import { scanWorkspace, type Candidate, type ScanInput, type Scan } from './scan.ts';
import { coverageOf, suitesOf, type SuiteRunner } from './coverage.ts';
import type { HarvestCache, ScanKind } from './harvestCache.ts';
import { wrongBodiesOf } from './mutants.ts';
import { validateTasks, type ProgramRunner, type Validated } from './validate.ts';

/** Number of newest commits in which LeTI looks for the last change of today's functions. */
const COMMITS_FOR_TIMES = 1000;
/** A scan that takes longer is told, in milliseconds. */
const QUIET_MS = 1000;

export interface HarvestOptions {
  workspace: string;
  /** The workspace's interpreter, CPython 3.9 or later. */
  interpreter: string;
  executor: ProgramRunner;
  /**
   * The workspace's repository, and how many of its newest commits to search for tasks. With 0 commits a missing repository
   * is no error. Without `history`, git is not used.
   */
  history?: { git: Git; commits: number };
  signal?: AbortSignal;
  /** Runs the workspace's own tests once, to find what they cover. Only given if the user has agreed. */
  tests?: SuiteRunner;
  /** The results of the last harvest, so that only changes are looked at again. */
  cache?: HarvestCache;
  /** Number of commits read, test files run or tasks validated so far, and of all. `files` has no number. */
  onProgress?: (phase: 'files' | 'commits' | 'tests' | 'tasks', done: number, total: number) => void;
  onNotice?: (message: string, nextStep: NextStep) => void;
}

export interface Harvest {
  tasks: Task[];
  dropped: DroppedTask[];
}

/** Contents of files by their paths. */
type Texts = Readonly<Record<string, string>>;

/** A function with checks, and the texts that its task needs. `past` belongs to a function of a commit. */
interface FoundFunction {
  candidate: Candidate;
  sources: Texts;
  /** In base64. */
  data: Texts;
  past?: PastCandidate;
  changedAt?: number | undefined;
}

/**
 * The tasks of a workspace: functions and methods that tests or doctests cover, and those that its newest commits changed
 * together with a test. Validation runs each task's checks on the original body, on an empty one and on the one that a commit
 * replaced. `dropped` holds the unusable functions with the reasons. Writes nothing in the workspace or its repository.
 * Throws a UserError when the folder, the interpreter or the requested history is unusable.
 */
export async function harvestWorkspace(options: HarvestOptions): Promise<Harvest> {
  const { cache } = options;
  await cache?.open();
  const scan = await scanned(options);
  const { times, past } = await readRepository(scan, options);
  const found = [
    ...currentOf(scan).map((one) => ({ ...one, changedAt: times.get(one.candidate.id) })),
    ...pastOf(past),
  ];
  const harvest = await checked(found, [...scan.dropped, ...past.dropped], scan.environment, options);
  await cache?.save();
  return harvest;
}

/** The tasks that specifications name (docs/tasks.md), from the repository and validated like all others. */
export async function harvestSpecs(
  specs: readonly TaskOrigin[],
  options: Omit<HarvestOptions, 'history' | 'cache'> & { git: Git },
): Promise<Harvest> {
  const past = await findSpecs(await History.open(options.git), specs, scanOptions(options));
  return await checked(pastOf(past), past.dropped, '', options);
}

/** Validates the functions. The unusable ones join those that are dropped already. */
async function checked(
  found: readonly FoundFunction[],
  droppedBefore: readonly DroppedTask[],
  environment: string,
  options: HarvestOptions,
): Promise<Harvest> {
  const byId = new Map(found.map((one) => [one.candidate.id, one]));
  const validated = await validatedTasks(found, environment, options);
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

/** Scans the workspace. If its tests may run, runs them and scans once more with their coverage. */
async function scanned({
  workspace,
  interpreter,
  tests,
  cache,
  signal,
  onProgress,
}: HarvestOptions): Promise<Scan> {
  const look = async (kind: ScanKind, given: ScanInput = {}): Promise<Scan> => {
    const earlier = await cache?.lastScan(kind);
    const slow = setTimeout(() => onProgress?.('files', 0, 1), QUIET_MS);
    const scan = await scanWorkspace(workspace, interpreter, signal, given, earlier).finally(() => {
      clearTimeout(slow);
    });
    if (scan !== earlier) await cache?.saveScan(kind, scan);
    return scan;
  };
  const scan = await look('scan');
  if (tests === undefined || scan.suites.length === 0) return scan;
  const suites = suitesOf(scan);
  const known = cache?.knownCoverage(suites, scan.environment) ?? {};
  const fresh = await coverageOf(
    suites.filter(({ path }) => known[path] === undefined),
    tests,
    {
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total) => onProgress?.('tests', done, total),
    },
  );
  cache?.keepCoverage(suites, scan.environment, fresh);
  const coverage = { ...known, ...fresh };
  return Object.keys(coverage).length === 0 ? scan : await look('traced', { coverage });
}

/** Validates the tasks that the cache does not know. The result keeps the order of the tasks. */
async function validatedTasks(
  found: readonly FoundFunction[],
  environment: string,
  { executor, interpreter, cache, signal, onProgress }: HarvestOptions,
): Promise<Validated[]> {
  const tasks = tasksFrom(found);
  const known = new Map(tasks.map((task) => [task.id, cache?.known(task, environment)]));
  const fresh = tasks.filter((task) => known.get(task.id) === undefined);
  onProgress?.('tasks', tasks.length - fresh.length, tasks.length);
  await validateTasks(fresh, executor, {
    wrongBodies: await wrongBodiesOf(fresh, interpreter, signal),
    earlier: new Map(found.map(({ candidate, past }) => [candidate.id, past?.earlier])),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done) => onProgress?.('tasks', tasks.length - fresh.length + done, tasks.length),
    onValidated: (index, outcome) => {
      const task = fresh[index];
      if (task === undefined) return;
      cache?.keep(task, environment, outcome);
      known.set(task.id, outcome);
    },
  }).catch(async (error: unknown) => {
    // An interrupted search keeps what it has.
    await cache?.saveSoFar();
    throw error;
  });
  return tasks.flatMap((task) => known.get(task.id) ?? []);
}

/** The scan's candidates as tasks, not yet validated. */
export function tasksOf(scan: Scan): Task[] {
  return tasksFrom(currentOf(scan));
}

function currentOf({ candidates, sources, data }: Scan): FoundFunction[] {
  return candidates.map((candidate) => ({ candidate, sources, data }));
}

function pastOf({ found }: PastScan): FoundFunction[] {
  return found.map((past) => ({
    candidate: past.candidate,
    sources: past.sources,
    data: {},
    past,
    changedAt: past.time,
  }));
}

function scanOptions({
  workspace,
  interpreter,
  signal,
  onProgress,
}: Pick<HarvestOptions, 'workspace' | 'interpreter' | 'signal' | 'onProgress'>): HistoryScanOptions {
  return {
    workspace,
    interpreter,
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.('commits', done, total),
  };
}

/** When today's functions last changed, and the functions of earlier commits. */
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
    // Without times LeTI still finds the workspace's tasks.
    if (history.commits > 0 || !(error instanceof UserError)) throw error;
    if (!(error instanceof NoRepositoryError)) {
      options.onNotice?.(
        `${error.message} Held-out tasks are drawn at random instead of the newest ones.`,
        error.nextStep,
      );
    }
    return nothing;
  }
}

/** Drops functions whose body the workspace still has. */
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

function tasksFrom(found: readonly FoundFunction[]): Task[] {
  const families = assignFamilies(
    found.map(({ candidate }) => ({
      id: candidate.id,
      text: `${docstringSummary(candidate.docstring)}\n${candidate.body}`,
      // The versions of a function at several commits belong together.
      keys: [candidate.template, `${candidate.path}:${candidate.name}`],
    })),
  );
  const sourcesOf = sharing((path, source): SourceFile => ({ path, source }));
  const dataOf = sharing((path, base64): DataFile => ({ path, base64 }));
  return found.map(({ candidate, sources, data, past, changedAt }) => ({
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
      line: candidate.line,
      files: sourcesOf(sources, candidate.files),
      ...(candidate.roots === undefined ? {} : { roots: candidate.roots }),
      testFiles: sourcesOf(sources, candidate.test_files).map((file) => withoutUnused(file, candidate)),
      ...(candidate.data_files.length === 0 ? {} : { dataFiles: dataOf(data, candidate.data_files) }),
    },
    ...(candidate.sealable === undefined ? {} : { sealable: candidate.sealable }),
    ...(past === undefined ? {} : { origin: originOf(past) }),
    ...(changedAt === undefined ? {} : { changedAt }),
  }));
}

/** A test file without the tests that do not concern a task. The other tests keep their line numbers. */
function withoutUnused(file: SourceFile, { unused_lines: unused }: Candidate): SourceFile {
  const ranges = unused[file.path] ?? [];
  if (ranges.length === 0) return file;
  const lines = file.source.split('\n');
  for (const [first, last] of ranges) lines.fill('', first - 1, last);
  return { ...file, source: lines.join('\n') };
}

function originOf({ candidate, commit }: PastCandidate): TaskOrigin {
  const { path, name, body } = candidate;
  return { kind: 'history', commit, path, name, hash: bodyHash(body) };
}

/** Makes the files of some paths. Tasks with the same file share one object. */
function sharing<T>(
  make: (path: string, content: string) => T,
): (texts: Texts, paths: readonly string[]) => T[] {
  const made = new Map<Texts, Map<string, T>>();
  return (texts, paths) => {
    const known = made.get(texts) ?? new Map<string, T>();
    made.set(texts, known);
    return paths.flatMap((path) => {
      const content = texts[path];
      if (content === undefined) return [];
      const file = known.get(path) ?? make(path, content);
      known.set(path, file);
      return [file];
    });
  };
}
