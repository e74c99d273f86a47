import { bodyInstruction, docstringSummary } from '../core/instructions.ts';
import type { DataFile, DroppedTask, SourceFile, Task } from '../protocol/task.ts';
import { assignFamilies } from './families.ts';
import { scanWorkspace, type Given, type Scan } from './scan.ts';
import { coverageOf, suitesOf, type SuiteRunner } from './coverage.ts';
import type { HarvestCache, ScanKind } from './harvestCache.ts';
import { wrongBodiesOf } from './mutants.ts';
import { validateTasks, type ProgramRunner, type Validated } from './validate.ts';

export interface HarvestOptions {
  workspace: string;
  /** The workspace's interpreter, CPython 3.9 or later. */
  interpreter: string;
  executor: ProgramRunner;
  signal?: AbortSignal;
  /** Runs the workspace's own tests once, to see what they cover; the user has agreed. */
  tests?: SuiteRunner;
  /** What the last harvest found, so that only what has changed is looked at again. */
  cache?: HarvestCache;
  /** Tasks validated so far, of how many. */
  onProgress?: (done: number, total: number) => void;
}

export interface Harvest {
  tasks: Task[];
  dropped: DroppedTask[];
}

/**
 * The tasks of a workspace: its functions and methods that tests or doctests cover, each validated by running its checks
 * on the original body and on an empty one. Whatever cannot be used is among `dropped` with its reason. Nothing in the
 * workspace is written. Throws a UserError when the folder or the interpreter is unusable.
 */
export async function harvestWorkspace(options: HarvestOptions): Promise<Harvest> {
  const { cache } = options;
  await cache?.open();
  const scan = await scanned(options);
  const candidates = new Map(scan.candidates.map((candidate) => [candidate.id, candidate]));
  const found = tasksOf(scan);
  const validated = await validatedTasks(found, scan.environment, options);
  await cache?.save();
  const tasks: Task[] = [];
  const dropped = [...scan.dropped];
  for (const { task, reason } of validated) {
    if (reason === undefined) tasks.push(task);
    else
      dropped.push({
        id: task.id,
        path: task.host?.path ?? '',
        line: candidates.get(task.id)?.line ?? 1,
        reason,
      });
  }
  return { tasks, dropped };
}

/** Looks through the workspace, and once more with what its tests run where they may be run. */
async function scanned({
  workspace,
  interpreter,
  tests,
  cache,
  signal,
  onProgress,
}: HarvestOptions): Promise<Scan> {
  const look = async (kind: ScanKind, given: Given = {}): Promise<Scan> => {
    const earlier = await cache?.lastScan(kind);
    const scan = await scanWorkspace(workspace, interpreter, signal, given, earlier);
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
    { ...(signal === undefined ? {} : { signal }), ...(onProgress === undefined ? {} : { onProgress }) },
  );
  cache?.keepCoverage(suites, scan.environment, fresh);
  const coverage = { ...known, ...fresh };
  return Object.keys(coverage).length === 0 ? scan : await look('traced', { coverage });
}

/** Validates what is not known from an earlier harvest; the result keeps the order of the tasks. */
async function validatedTasks(
  tasks: readonly Task[],
  environment: string,
  { executor, interpreter, cache, signal, onProgress }: HarvestOptions,
): Promise<Validated[]> {
  const known = new Map(tasks.map((task) => [task.id, cache?.known(task, environment)]));
  const fresh = tasks.filter((task) => known.get(task.id) === undefined);
  const validated = await validateTasks(fresh, executor, {
    wrongBodies: await wrongBodiesOf(fresh, interpreter, signal),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done) => onProgress?.(tasks.length - fresh.length + done, tasks.length),
  });
  for (const [index, found] of validated.entries()) {
    const task = fresh[index];
    if (task === undefined) continue;
    cache?.keep(task, environment, found);
    known.set(task.id, found);
  }
  return tasks.flatMap((task) => known.get(task.id) ?? []);
}

/** The scan's candidates as tasks, not yet validated. */
export function tasksOf(scan: Scan): Task[] {
  const families = assignFamilies(
    scan.candidates.map((candidate) => ({
      id: candidate.id,
      text: `${docstringSummary(candidate.docstring)}\n${candidate.body}`,
      template: candidate.template,
    })),
  );
  const sources = filesOf(Object.keys(scan.sources), (path): SourceFile => ({
    path,
    source: scan.sources[path] ?? '',
  }));
  const data = filesOf(Object.keys(scan.data), (path): DataFile => ({ path, base64: scan.data[path] ?? '' }));
  return scan.candidates.map((candidate) => ({
    id: candidate.id,
    source: candidate.source,
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
      files: sources(candidate.files),
      testFiles: sources(candidate.test_files),
      ...(candidate.data_files.length === 0 ? {} : { dataFiles: data(candidate.data_files) }),
    },
  }));
}

/** Tasks that bring the same file share it. */
function filesOf<T>(paths: Iterable<string>, make: (path: string) => T): (paths: readonly string[]) => T[] {
  const files = new Map([...paths].map((path) => [path, make(path)]));
  return (wanted) => wanted.flatMap((path) => files.get(path) ?? []);
}
