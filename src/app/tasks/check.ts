import { readFile } from 'node:fs/promises';
import { editorDiagnostics } from '../../core/text/editorDiagnostics.ts';
import { renderFeedback } from '../../core/text/feedback.ts';
import { assembleProgram, executionJob, type AssembledProgram } from '../../core/text/program.ts';
import { HarvestCache } from '../../harvest/harvestCache.ts';
import { scanWorkspace, type Candidate, type Scan } from '../../harvest/scan.ts';
import { tasksOf } from '../../harvest/workspace.ts';
import type { CheckedFunction, FoundTask } from '../../protocol/backend.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import type { Task } from '../../protocol/task.ts';
import { limitsOf } from '../../protocol/execution.ts';
import { pathInWorkspace } from '../folders.ts';
import type { Workbench } from '../workbench.ts';

/** Functions with checks as they are found without running anything: one whose checks fail is among them. */
export async function findTasks(workbench: Workbench): Promise<FoundTask[]> {
  const { candidates } = await scan(workbench);
  return candidates.map(({ id, name, path: file, line, checks }) => ({
    id,
    name,
    path: file,
    line: line - 1,
    checks: checks.length,
  }));
}

/**
 * Runs the checks of the function at a line (zero-based) of a workspace's file, on the code as it is on disk. Throws a
 * UserError where no function with checks is there.
 */
export async function checkFunction(
  workbench: Workbench,
  place: { path: string; line: number },
  timeoutSeconds: number,
): Promise<CheckedFunction> {
  const { found, candidate } = await functionAt(workbench, place);
  return await check(workbench, found, candidate, timeoutSeconds, 0);
}

/** The function with checks at a line (zero-based) of a workspace's file; throws a UserError where none is. */
export async function functionAt(
  workbench: Workbench,
  place: { path: string; line: number },
): Promise<{ found: Scan; candidate: Candidate }> {
  const lines = await linesOf(place.path);
  if (place.line >= lines) throw noSuchLine(place.path, place.line, lines);
  const found = await scan(workbench);
  const file = await pathInWorkspace(workbench.workspace, place.path);
  const candidate = found.candidates.find((known) => known.path === file && covers(known, place.line));
  if (candidate === undefined) {
    const drops = found.dropped.filter((drop) => drop.path === file && drop.line <= place.line + 1);
    const reason = drops.at(-1)?.reason;
    throw new UserError(
      `There is no function with tests or doctests at ${file}:${place.line + 1}${reason === undefined ? '' : ` (${reason})`}.`,
      'Choose a function that a test covers or that has doctests.',
    );
  }
  return { found, candidate };
}

/** Says that a file has no such line (zero-based). */
export function noSuchLine(file: string, line: number, lines: number): UserError {
  return new UserError(
    `${file} has ${lines === 1 ? '1 line' : `${lines} lines`}, so it has no line ${line}.`,
    'Count the lines from 0.',
    2,
  );
}

/** Number of lines of a file; throws a UserError where it cannot be read. */
async function linesOf(file: string): Promise<number> {
  try {
    return (await readFile(file, 'utf8')).split('\n').length;
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new UserError(
      missing ? `The file ${file} does not exist.` : `The file ${file} cannot be read: ${String(error)}`,
      'Choose a Python file of the workspace.',
      2,
      { cause: error },
    );
  }
}

/** Runs the checks of today's code of several tasks; `onChecked` hears of each as it is known. */
export async function checkTasks(
  workbench: Workbench,
  ids: readonly string[],
  timeoutSeconds: number,
  onChecked: (done: number, total: number) => void,
): Promise<CheckedFunction[]> {
  const found = await scan(workbench);
  const wanted = new Set(ids);
  const candidates = found.candidates.filter(({ id }) => wanted.has(id));
  let done = 0;
  return await Promise.all(
    candidates.map(async (candidate, index) => {
      const checked = await check(workbench, found, candidate, timeoutSeconds, index);
      onChecked(++done, candidates.length);
      return checked;
    }),
  );
}

/**
 * Runs a task's checks on another body than today's. A body without indentation gets today's. Throws a
 * UserError where the task is gone.
 */
export async function checkProgram(
  workbench: Workbench,
  program: { task: string; body: string },
  timeoutSeconds: number,
): Promise<CheckedFunction> {
  const found = await scan(workbench);
  const candidate = found.candidates.find(({ id }) => id === program.task);
  if (candidate === undefined) throw gone(program.task);
  const margin = /^\s/.test(program.body) ? '' : ' '.repeat(candidate.indent);
  const lines = program.body.trimEnd().split('\n');
  const body = lines.map((line) => (line === '' ? line : margin + line)).join('\n');
  return await check(workbench, found, { ...candidate, body: `${body}\n` }, timeoutSeconds, 0);
}

/** Tasks of the workspace by their ids; throws a UserError where one is no longer there. */
export async function workspaceTasks(workbench: Workbench, ids: readonly string[]): Promise<Task[]> {
  const known = new Map(tasksOf(await scan(workbench)).map((task) => [task.id, task]));
  return ids.map((id) => {
    const task = known.get(id);
    if (task === undefined) throw gone(id);
    return task;
  });
}

function gone(id: string): UserError {
  return new UserError(
    `The workspace no longer has the task ${id}.`,
    step`${action('findTasks')} to see today's tasks.`,
  );
}

/** What the workspace holds now. Files are parsed again only where one has changed since the last search for tasks. */
async function scan(workbench: Workbench): Promise<Scan> {
  const interpreter = await workbench.interpreter();
  // Where the folder cannot be written, the next scan parses again, and no user needs to know.
  const cache = new HarvestCache(workbench.files.harvest, () => undefined);
  const known = await cache.lastScan('scan');
  const found = await scanWorkspace(workbench.workspace, interpreter.path, workbench.signal, {}, known);
  if (found !== known) await cache.saveScan('scan', found);
  return found;
}

/** Runs a candidate's checks on its body. */
export async function check(
  workbench: Workbench,
  found: Scan,
  candidate: Candidate,
  timeoutSeconds: number,
  jobId: number,
): Promise<CheckedFunction> {
  const [task] = tasksOf({ ...found, candidates: [candidate] });
  if (task === undefined) throw new Error(`${candidate.id} made no task`);
  const assembled = assembleProgram(task, `\n${candidate.body}`);
  // The module is the file itself, so its lines are the file's.
  const program: AssembledProgram = {
    ...assembled,
    text: assembled.main.source,
    lineOf: (line) => line,
  };
  const executor = await workbench.executor();
  const job = executionJob(task, assembled, jobId, limitsOf(timeoutSeconds));
  const result = await executor.execute(job, workbench.signal);
  const failed = result.diagnostic?.check;
  return {
    task: task.id,
    path: candidate.path,
    verdict: result.verdict,
    checksPassed: result.checksPassed,
    checksTotal: result.checksTotal,
    ...(failed?.expected === undefined ? {} : { expected: failed.expected }),
    ...(failed?.actual === undefined ? {} : { actual: failed.actual }),
    feedback: renderFeedback(program, result, () => 0),
    diagnostics: editorDiagnostics(program, result, task.name, {
      checks: task.checks,
      files: [...(task.host?.files ?? []), ...(task.host?.testFiles ?? [])],
    }),
    durationMs: result.durationMs,
  };
}

function covers(candidate: Candidate, line: number): boolean {
  const last = (candidate.before + candidate.body).split('\n').length;
  return candidate.line <= line + 1 && line + 1 <= last;
}
