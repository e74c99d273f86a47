import { TaskOrigin, type DroppedTask, type Task } from '../protocol/task.ts';
import type { History } from './history/gitHistory.ts';
import {
  bodyHash,
  scanHistory,
  type HistoryScanOptions,
  type PastCandidate,
  type PastScan,
} from './history/history.ts';
import { parseLine, readJsonLines, writeJsonLines } from './jsonLines.ts';

/** True for a specification: a line that names a task by its commit and holds none of its code. */
export function isSpec(value: Record<string, unknown>): boolean {
  return value['kind'] === 'history';
}

/** The specifications of a file, or undefined if its first line is a task. Throws a UserError (exit code 2) for a wrong line. */
export async function readSpecs(path: string): Promise<TaskOrigin[] | undefined> {
  const lines = await readJsonLines(path);
  if (lines[0] === undefined || !isSpec(lines[0].value)) return undefined;
  return lines.map((line) => parseLine(line, TaskOrigin, 'a task of a commit'));
}

/** Writes the specifications of the tasks that come from commits. Returns their number. */
export async function writeSpecs(path: string, tasks: readonly Task[]): Promise<number> {
  const specs = tasks.flatMap(({ origin }) => origin ?? []);
  await writeJsonLines(path, specs);
  return specs.length;
}

/** The functions that specifications name, from a repository. Drops those whose code does not match the stored hash. */
export async function findSpecs(
  history: History,
  specs: readonly TaskOrigin[],
  options: HistoryScanOptions,
): Promise<PastScan> {
  const scan = await scanHistory(history, [...new Set(specs.map(({ commit }) => commit))], options);
  const known = new Map(
    scan.found.map((past) => [keyOf(past.commit, past.candidate.path, past.candidate.name), past]),
  );
  const found: PastCandidate[] = [];
  const dropped: DroppedTask[] = [];
  for (const { commit, path, name, hash } of specs) {
    const past = known.get(keyOf(commit, path, name));
    if (past !== undefined && bodyHash(past.candidate.body) === hash) found.push(past);
    else {
      const id = `${path}:${name}@${commit.slice(0, 12)}`;
      const droppedBefore = scan.dropped.find((drop) => drop.id === id || drop.id === commit.slice(0, 12));
      const reason =
        past === undefined
          ? (droppedBefore?.reason ?? 'the commit did not change this function together with a test')
          : 'its body has another hash';
      dropped.push({ id, path, line: past?.candidate.line ?? 1, reason });
    }
  }
  return { found, dropped };
}

function keyOf(commit: string, path: string, name: string): string {
  return `${commit}:${path}:${name}`;
}
