import type { FileText, History } from './gitHistory.ts';
import type { Candidate } from '../scan.ts';

/** Most texts of files that are in memory at once. */
const TEXTS_AT_ONCE = 500;

/** A file's content before a commit, as a git id. The commit that made the file has none. */
interface Version {
  time: number;
  before: string | undefined;
}

/**
 * When each function was last changed, in seconds since 1970, by the function's id. That is the time of the newest of the
 * given commits before which the file did not hold the function's code. A function older than all of these commits gets the
 * oldest one's time. A function that is not committed gets none.
 */
export async function changeTimes(
  history: History,
  commits: readonly string[],
  candidates: readonly Candidate[],
): Promise<Map<string, number>> {
  const head = await history.files();
  const byPath = Map.groupBy(candidates, ({ path }) => path);
  const { versions, oldest } = await versionsOf(history, commits, byPath);
  const files = [...byPath].map(([path, functions]) => {
    const known = versions.get(path) ?? [];
    const ids = [head.get(path), ...known.map(({ before }) => before)].filter((id) => id !== undefined);
    return { functions, known, current: head.get(path), ids };
  });
  const times = new Map<string, number>();
  while (files.length > 0) {
    const group = files.splice(0, groupSize(files.map(({ ids }) => ids.length)));
    const texts = await history.texts(group.flatMap(({ ids }) => ids));
    for (const { functions, known, current } of group) {
      for (const candidate of functions) {
        const code = codeOf(candidate);
        if (!holds(texts, current, code)) continue;
        const time = known.find(({ before }) => !holds(texts, before, code))?.time ?? oldest;
        if (time !== undefined) times.set(candidate.id, time);
      }
    }
  }
  return times;
}

/** The versions of each wanted file, newest first, and the time of the oldest commit. */
async function versionsOf(
  history: History,
  commits: readonly string[],
  wanted: ReadonlyMap<string, unknown>,
): Promise<{ versions: Map<string, Version[]>; oldest: number | undefined }> {
  const versions = new Map<string, Version[]>();
  let oldest: number | undefined;
  for await (const changes of history.changes(commits)) {
    for (const change of changes) {
      if ('reason' in change) continue;
      const { time, changed } = change;
      oldest = Math.min(oldest ?? time, time);
      for (const [path, { before }] of changed) {
        if (wanted.has(path)) versions.set(path, [...(versions.get(path) ?? []), { time, before }]);
      }
    }
  }
  return { versions, oldest };
}

/** How many of the first files fit into memory together, at least one. */
function groupSize(counts: readonly number[]): number {
  let sum = 0;
  const end = counts.findIndex((count) => (sum += count) > TEXTS_AT_ONCE);
  return end < 0 ? counts.length : Math.max(1, end);
}

function holds(texts: ReadonlyMap<string, FileText>, id: string | undefined, code: string): boolean {
  const content = id === undefined ? undefined : texts.get(id);
  return content !== undefined && 'text' in content && content.text.includes(code);
}

/** A function's own text, from the line of its `def` on. */
function codeOf({ line, before, body }: Candidate): string {
  return (
    before
      .split('\n')
      .slice(line - 1)
      .join('\n') + body
  );
}
