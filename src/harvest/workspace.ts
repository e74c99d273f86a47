import { bodyInstruction, docstringSummary } from '../core/instructions.ts';
import type { DroppedTask, SourceFile, Task } from '../protocol/task.ts';
import { assignFamilies } from './families.ts';
import { scanWorkspace, type Scan } from './scan.ts';
import { wrongBodiesOf } from './mutants.ts';
import { validateTasks, type ProgramRunner } from './validate.ts';

export interface HarvestOptions {
  workspace: string;
  /** The workspace's interpreter, CPython 3.9 or later. */
  interpreter: string;
  executor: ProgramRunner;
  signal?: AbortSignal;
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
  const scan = await scanWorkspace(options.workspace, options.interpreter, options.signal);
  const candidates = new Map(scan.candidates.map((candidate) => [candidate.id, candidate]));
  const found = tasksOf(scan);
  const validated = await validateTasks(found, options.executor, {
    wrongBodies: await wrongBodiesOf(found, options.interpreter, options.signal),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
  });
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

/** The scan's candidates as tasks, not yet validated. */
export function tasksOf(scan: Scan): Task[] {
  const families = assignFamilies(
    scan.candidates.map((candidate) => ({
      id: candidate.id,
      text: `${docstringSummary(candidate.docstring)}\n${candidate.body}`,
      template: candidate.template,
    })),
  );
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
      files: sourcesOf(candidate.files, scan),
      testFiles: sourcesOf(candidate.test_files, scan),
      ...(candidate.data_files.length === 0
        ? {}
        : { dataFiles: candidate.data_files.map((path) => ({ path, base64: scan.data[path] ?? '' })) }),
    },
  }));
}

function sourcesOf(paths: readonly string[], scan: Scan): SourceFile[] {
  return paths.map((path) => ({ path, source: scan.sources[path] ?? '' }));
}
