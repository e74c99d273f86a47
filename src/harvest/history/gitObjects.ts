import { UnreadableError, type Git } from './git.ts';

/** One git command reads about this many bytes. */
const BYTES_AT_ONCE = 32 << 20;

export interface GitObject {
  id: string;
  data: Buffer;
}
export type ObjectProblem = 'missing' | 'too large' | 'damaged';

/**
 * The named objects (`ID`, or `ID:folder/` for a folder of a commit) by their names. An object is a problem if it has more
 * than `maxBytes`, if it is missing, or if git cannot read it.
 */
export async function readObjects(
  git: Git,
  names: readonly string[],
  maxBytes: number,
): Promise<Map<string, GitObject | ObjectProblem>> {
  const found = new Map<string, GitObject | ObjectProblem>();
  let group: string[] = [];
  let bytes = 0;
  const read = async (): Promise<void> => {
    for (const [name, object] of await contentsOf(git, group)) found.set(name, object);
    group = [];
    bytes = 0;
  };
  for (const [name, size] of await sizesOf(git, [...new Set(names)])) {
    if (size === undefined || size > maxBytes) found.set(name, size === undefined ? 'missing' : 'too large');
    else {
      group.push(name);
      bytes += size;
      if (bytes > BYTES_AT_ONCE) await read();
    }
  }
  await read();
  return found;
}

async function sizesOf(git: Git, names: readonly string[]): Promise<[string, number | undefined][]> {
  const lines = (await git.catFile('--batch-check', names)).toString('latin1').split('\n');
  return names.map((name, index) => {
    const size = /^[0-9a-f]+ (?:blob|tree|commit|tag) (\d+)$/.exec(lines[index] ?? '')?.[1];
    return [name, size === undefined ? undefined : Number(size)];
  });
}

/** Git ends at the first damaged object. A group with one is halved until that object is alone. */
async function contentsOf(
  git: Git,
  names: readonly string[],
): Promise<[string, GitObject | ObjectProblem][]> {
  try {
    return parsed(await git.catFile('--batch', names), names);
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    if (names.length <= 1) return names.map((name) => [name, 'damaged']);
    const middle = names.length >> 1;
    return [
      ...(await contentsOf(git, names.slice(0, middle))),
      ...(await contentsOf(git, names.slice(middle))),
    ];
  }
}

function parsed(printed: Buffer, names: readonly string[]): [string, GitObject | ObjectProblem][] {
  let at = 0;
  return names.map((name) => {
    const end = printed.indexOf('\n', at);
    const [id = '', , size] = printed.toString('latin1', at, end).split(' ');
    if (end < 0 || size === undefined) {
      at = end + 1;
      return [name, 'missing'];
    }
    const data = printed.subarray(end + 1, end + 1 + Number(size));
    at = end + 2 + data.length;
    return [name, { id, data }];
  });
}

/** The parts of a commit that LeTI reads. */
export interface Commit {
  parents: string[];
  /** When it was committed, in seconds since 1970. */
  time: number;
}

export function parseCommit(data: Buffer): Commit {
  const [head = ''] = data.toString('latin1').split('\n\n', 1);
  return {
    parents: [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map((match) => match[1] ?? ''),
    time: Number(/^committer .* (\d+) [+-]\d+$/m.exec(head)?.[1] ?? 0),
  };
}

/** One name in a folder of a commit. */
export interface TreeEntry {
  name: string;
  kind: 'file' | 'folder';
  id: string;
}

/** A folder's plain files and folders, without links, submodules and names that are not UTF-8. */
export function parseTree(tree: GitObject): TreeEntry[] {
  const { data, id } = tree;
  const hashBytes = id.length / 2;
  const entries: TreeEntry[] = [];
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(' ', at);
    const end = data.indexOf('\0', space);
    const mode = data.toString('latin1', at, space);
    const name = decoded(data.subarray(space + 1, end));
    at = end + 1 + hashBytes;
    const kind = mode === '40000' ? 'folder' : /^100\d+$/.test(mode) ? 'file' : undefined;
    if (kind === undefined || name === undefined) continue;
    entries.push({ name, kind, id: data.toString('hex', end + 1, at) });
  }
  return entries;
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes as text; undefined where they are not UTF-8. */
export function decoded(bytes: Uint8Array): string | undefined {
  try {
    return STRICT.decode(bytes);
  } catch {
    return undefined;
  }
}
