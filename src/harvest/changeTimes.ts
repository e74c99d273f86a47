import type { History } from './gitHistory.ts';
import type { Candidate } from './scan.ts';

/**
 * When each function was last changed, in seconds since 1970: the time of the newest of the given commits before which
 * its code did not stand in its file. For one that is older than all of them it is the oldest's time; one that is not
 * committed has none.
 */
export async function changeTimes(
  history: History,
  commits: readonly string[],
  candidates: readonly Candidate[],
): Promise<Map<string, number>> {
  const head = await history.files();
  const wanted = Map.groupBy(candidates, ({ path }) => path);
  /** What became of each wanted file, newest first. */
  const versions = new Map<string, { time: number; before: string | undefined }[]>();
  let oldest: number | undefined;
  for await (const change of history.changes(commits)) {
    if ('reason' in change) continue;
    oldest = Math.min(oldest ?? change.time, change.time);
    for (const [path, { before }] of change.changed) {
      if (!wanted.has(path)) continue;
      const known = versions.get(path);
      if (known === undefined) versions.set(path, [{ time: change.time, before }]);
      else known.push({ time: change.time, before });
    }
  }
  const times = new Map<string, number>();
  for (const [path, functions] of wanted) {
    const current = head.get(path);
    const known = versions.get(path) ?? [];
    const texts = await history.texts(
      [current, ...known.map(({ before }) => before)].filter((id) => id !== undefined),
    );
    const stands = (id: string | undefined, code: string): boolean => {
      const content = id === undefined ? undefined : texts.get(id);
      return content !== undefined && 'text' in content && content.text.includes(code);
    };
    for (const candidate of functions) {
      const code = codeOf(candidate);
      if (!stands(current, code)) continue;
      const time = known.find(({ before }) => !stands(before, code))?.time ?? oldest;
      if (time !== undefined) times.set(candidate.id, time);
    }
  }
  return times;
}

/** A function's own text, from its name on. */
function codeOf({ name, before, body }: Candidate): string {
  const start = before.lastIndexOf(`def ${name.split('.').at(-1) ?? name}`);
  return before.slice(Math.max(0, start)) + body;
}
