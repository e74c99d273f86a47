import path from 'node:path';
import { z } from 'zod';
import { digest } from '../../process/digest.ts';
import { ChildEndedError, JsonLinesChild } from '../../process/jsonLinesChild.ts';
import { packageRoot, RUNNER_ENVIRONMENT } from '../../process/packageRoot.ts';
import { InterruptedError, UserError } from '../../protocol/errors.ts';
import { DroppedTask } from '../../protocol/task.ts';
import { isTestFile } from '../fileRules.ts';
import type { ChangingCommit, FileText, History, UnreadableCommit } from './gitHistory.ts';
import { Candidate } from '../scan.ts';

/** A function as a commit left it, with the tests that came with it. */
export interface PastCandidate {
  candidate: Candidate;
  commit: string;
  /** When it was committed, in seconds since 1970. */
  time: number;
  /** The body that the commit replaced. A new function has none. */
  earlier: string | undefined;
  /** Texts of the commit's files that the task needs, by their paths. */
  sources: Readonly<Record<string, string>>;
}

export interface PastScan {
  found: PastCandidate[];
  dropped: DroppedTask[];
}

export interface HistoryScanOptions {
  /** The workspace's folder. A package that is installed from it is its own. */
  workspace: string;
  /** The workspace's interpreter. It only parses code and runs none. */
  interpreter: string;
  signal?: AbortSignal;
  /** Number of commits read so far, and of all commits. */
  onProgress?: (done: number, total: number) => void;
}

/** The answer of leti_runner/harvest/history.py about one commit. */
const CommitAnswer = z.strictObject({
  candidates: z.array(Candidate.omit({ id: true }).extend({ earlier: z.string().optional() })),
  sources: z.record(z.string(), z.string()),
  dropped: z.array(DroppedTask),
});
type CommitAnswer = z.infer<typeof CommitAnswer>;

/**
 * The functions that the given commits changed or added together with a test that uses them, newest commit first. Runs no
 * code and checks nothing out: it reads the repository's objects. Throws InterruptedError when cancelled, and a UserError
 * when the interpreter fails.
 */
export async function scanHistory(
  history: History,
  commits: readonly string[],
  options: HistoryScanOptions,
): Promise<PastScan> {
  const { signal, onProgress } = options;
  const reader = new CommitReader(history, options);
  const scan: PastScan = { found: [], dropped: [] };
  const seen = new Set<string>();
  let done = 0;
  try {
    for await (const changes of history.changes(commits)) {
      await reader.prepare(changes);
      for (const change of changes) {
        if (signal?.aborted === true) throw new InterruptedError();
        const { found, dropped } = await reader.read(change, signal);
        scan.dropped.push(...dropped);
        for (const past of found) {
          const key = `${past.candidate.name}:${bodyHash(past.candidate.body)}`;
          if (seen.has(key)) scan.dropped.push(dropOf(past, 'a newer commit has the same body'));
          else scan.found.push(past);
          seen.add(key);
        }
        onProgress?.(++done, commits.length);
      }
    }
    return scan;
  } finally {
    await reader.close();
  }
}

/** A dropped function of a commit. */
export function dropOf({ candidate }: PastCandidate, reason: string): DroppedTask {
  return { id: candidate.id, path: candidate.path, line: candidate.line, reason };
}

/** Hash of a body without its comments, blank lines and indentation. */
export function bodyHash(body: string): string {
  const lines = body
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !/^\s*(?:#|$)/.test(line));
  const margin = Math.min(...lines.map((line) => line.search(/\S/)));
  const text = lines.map((line) => line.slice(margin)).join('\n');
  return digest(text, 16);
}

/** Whether a commit changed both tests and other code, and did not only delete one of them. */
function isPromising(change: ChangingCommit | UnreadableCommit): change is ChangingCommit {
  if ('reason' in change) return false;
  const after = [...change.changed].filter(([, ids]) => ids.after !== undefined).map(([file]) => file);
  return after.some(isTestFile) && !after.every(isTestFile);
}

/** Git ids of all contents that a commit's functions may need. */
function idsOf(change: ChangingCommit): string[] {
  return [...change.files().values(), ...[...change.changed.values()].flatMap(({ before }) => before ?? [])];
}

/** Asks a warm interpreter about one commit after the other, and sends it each text once. */
class CommitReader {
  readonly #history: History;
  readonly #child: JsonLinesChild<CommitAnswer>;
  readonly #interpreter: string;
  readonly #sent = new Set<string>();
  /** Texts that are read but not sent yet. */
  #texts = new Map<string, FileText>();

  constructor(history: History, { workspace, interpreter }: HistoryScanOptions) {
    this.#history = history;
    this.#interpreter = interpreter;
    this.#child = new JsonLinesChild(
      interpreter,
      ['-s', '-B', '-X', 'utf8', '-m', 'leti_runner.harvest.history', path.resolve(workspace)],
      {
        cwd: path.join(packageRoot(), 'python'),
        env: RUNNER_ENVIRONMENT,
        schema: CommitAnswer,
      },
    );
  }

  /** Reads the texts of several commits together: one git command is much faster than many. */
  async prepare(changes: readonly (ChangingCommit | UnreadableCommit)[]): Promise<void> {
    const ids = changes.flatMap((change) => (isPromising(change) ? idsOf(change) : []));
    this.#texts = await this.#history.texts(ids.filter((id) => !this.#sent.has(id)));
  }

  async read(change: ChangingCommit | UnreadableCommit, signal: AbortSignal | undefined): Promise<PastScan> {
    const short = change.commit.slice(0, 12);
    if ('reason' in change) {
      return { found: [], dropped: [{ id: short, path: short, line: 1, reason: change.reason }] };
    }
    if (!isPromising(change)) return { found: [], dropped: [] };
    const { candidates, sources, dropped } = await this.#ask(change, signal);
    return {
      found: candidates.map(({ earlier, ...candidate }) => ({
        candidate: { id: `${candidate.path}:${candidate.name}@${short}`, ...candidate },
        commit: change.commit,
        time: change.time,
        earlier,
        sources,
      })),
      dropped: dropped.map((drop) => ({ ...drop, id: `${drop.id}@${short}` })),
    };
  }

  async close(): Promise<void> {
    await this.#child.close();
  }

  async #ask(change: ChangingCommit, signal: AbortSignal | undefined): Promise<CommitAnswer> {
    const texts: Record<string, string> = {};
    const problems: Record<string, string> = {};
    for (const id of idsOf(change)) {
      const content = this.#texts.get(id);
      if (content === undefined || this.#sent.has(id)) continue;
      this.#sent.add(id);
      if ('text' in content) texts[id] = content.text;
      else problems[id] = content.problem;
    }
    const question = {
      files: Object.fromEntries(change.files()),
      changed: Object.fromEntries(change.changed),
      texts,
      problems,
    };
    try {
      for await (const answer of this.#child.request(question, () => true, signal)) return answer;
      throw new Error('the scan of the history gave no answer');
    } catch (error) {
      if (signal?.aborted === true) throw new InterruptedError();
      if (!(error instanceof ChildEndedError)) throw error;
      const said = error.stderr.trim().split('\n').at(-1) ?? '';
      throw new UserError(
        `${this.#interpreter} could not look through the commit ${change.commit}: ${said === '' ? error.message : said}`,
        'Look through fewer commits, or name another interpreter.',
        1,
        { cause: error },
      );
    }
  }
}
