import { UserError } from '../../protocol/errors.ts';
import { isSkippedFolder, MAX_FILE_BYTES } from '../fileRules.ts';
import { NoRepositoryError, type Git } from './git.ts';
import {
  decoded,
  parseCommit,
  parseTree,
  readObjects,
  type GitObject,
  type ObjectProblem,
  type TreeEntry,
} from './gitObjects.ts';

/** Number of commits whose objects one command reads. */
const COMMITS_AT_ONCE = 64;
const MAX_TREE_BYTES = 4 << 20;
const MAX_COMMIT_BYTES = 1 << 20;
const LFS_POINTER = 'version https://git-lfs.github.com/spec/';

/** A commit that changed Python files of the workspace, with one parent. */
export interface ChangingCommit {
  commit: string;
  time: number;
  /** Git ids of all Python files of the commit, by their paths in the workspace. */
  files: () => Map<string, string>;
  /** The files that it changed, by their paths in the workspace. */
  changed: Map<string, Change>;
}

/** Git ids of a file's contents. A new file has no `before`, a deleted one no `after`. */
export interface Change {
  before?: string;
  after?: string;
}

/** A commit that cannot be read, and why. */
export interface UnreadableCommit {
  commit: string;
  reason: string;
}

/** Text of a file at a commit, or why it has none. */
export type FileText = { text: string } | { problem: string };

/** The history of a workspace's Python files. Reads only the repository's objects. */
export class History {
  readonly #git: Git;
  /** The workspace's folder inside the repository. It ends in a slash, or is empty for the repository's own folder. */
  readonly #prefix: string;
  readonly #shallow: boolean;
  readonly #trees = new Map<string, TreeEntry[]>();

  private constructor(git: Git, prefix: string, shallow: boolean) {
    this.#git = git;
    this.#prefix = prefix;
    this.#shallow = shallow;
  }

  /** Throws a UserError where there is no repository with a work tree, or where it is a partial clone. */
  static async open(git: Git): Promise<History> {
    const answers = await git.text(
      'rev-parse',
      '--is-bare-repository',
      '--is-inside-work-tree',
      '--is-shallow-repository',
      '--show-prefix',
    );
    const [bare, inside, shallow, prefix = ''] = answers.split('\n');
    if (bare === 'true' || inside !== 'true') {
      throw new NoRepositoryError(
        'The workspace is a bare repository or lies inside a `.git` folder.',
        'Name a folder with checked-out files.',
        2,
      );
    }
    const partial = await git.text(
      'config',
      '--get-regexp',
      String.raw`^(extensions\.partialclone|remote\..*\.promisor)$`,
    );
    if (partial !== '') {
      throw new UserError(
        'The repository is a partial clone: its older files are only on a server, and LeTI fetches nothing.',
        'Clone it without a filter.',
      );
    }
    return new History(git, prefix, shallow === 'true');
  }

  /** The newest commits that changed Python files of the workspace, newest first. */
  async commits(count: number): Promise<string[]> {
    // A repository without commits has no HEAD.
    const head = (await this.#git.text('rev-parse', '--verify', '--quiet', 'HEAD')).trim();
    if (head === '') return [];
    const printed = await this.#git.text(
      'rev-list',
      '--no-merges',
      `--max-count=${count}`,
      head,
      '--',
      '*.py',
    );
    return printed.split('\n').filter((line) => line !== '');
  }

  /** Git ids of the Python files of HEAD, by their paths in the workspace. */
  async files(): Promise<Map<string, string>> {
    const root = (await this.#roots(['HEAD'])).get('HEAD');
    return root === undefined ? new Map() : this.#list(root);
  }

  /** The changes of each of these commits, in their order, in groups of commits. */
  async *changes(commits: readonly string[]): AsyncGenerator<(ChangingCommit | UnreadableCommit)[]> {
    for (let at = 0; at < commits.length; at += COMMITS_AT_ONCE) {
      yield await this.#changesOf(commits.slice(at, at + COMMITS_AT_ONCE));
    }
  }

  /** The texts of files by their git ids. Lines end in `\n`. */
  async texts(ids: readonly string[]): Promise<Map<string, FileText>> {
    const objects = await readObjects(this.#git, ids, MAX_FILE_BYTES);
    return new Map([...objects].map(([id, object]) => [id, textOf(object)]));
  }

  async #changesOf(commits: readonly string[]): Promise<(ChangingCommit | UnreadableCommit)[]> {
    const heads = await readObjects(this.#git, commits, MAX_COMMIT_BYTES);
    const parsed = commits.map((commit) => {
      const object = heads.get(commit);
      return { commit, head: isObject(object) ? parseCommit(object.data) : undefined };
    });
    const parents = parsed.flatMap(({ head }) => head?.parents ?? []);
    const known = await readObjects(this.#git, parents, MAX_COMMIT_BYTES);
    const roots = await this.#roots([...commits, ...parents.filter((parent) => isObject(known.get(parent)))]);
    return parsed.map(({ commit, head }) => {
      const [parent] = head?.parents ?? [];
      const root = roots.get(commit);
      if (head === undefined || root === undefined) return { commit, reason: 'git cannot read the commit' };
      if (parent !== undefined && !isObject(known.get(parent))) {
        const reason = this.#shallow
          ? 'the clone is shallow and does not hold the commit before'
          : 'git cannot read the commit before';
        return { commit, reason };
      }
      const changed = new Map<string, Change>();
      this.#compare(parent === undefined ? undefined : roots.get(parent), root, '', changed);
      return { commit, time: head.time, files: () => this.#list(root), changed };
    });
  }

  /** The git ids of the workspace's folder at these commits. Reads all folders below it. */
  async #roots(commits: readonly string[]): Promise<Map<string, string>> {
    const names = commits.map((commit) => `${commit}:${this.#prefix}`);
    const objects = await readObjects(this.#git, names, MAX_TREE_BYTES);
    const roots = new Map<string, string>();
    const pending: TreeEntry[] = [];
    commits.forEach((commit, index) => {
      const object = objects.get(names[index] ?? '');
      if (!isObject(object)) return;
      roots.set(commit, object.id);
      pending.push(...this.#keep(object));
    });
    while (pending.length > 0) {
      const unread = pending.splice(0).filter(({ kind, id }) => kind === 'folder' && !this.#trees.has(id));
      const read = await readObjects(
        this.#git,
        unread.map(({ id }) => id),
        MAX_TREE_BYTES,
      );
      for (const [id, object] of read) {
        if (isObject(object)) pending.push(...this.#keep(object));
        else this.#trees.set(id, []);
      }
    }
    return roots;
  }

  #keep(tree: GitObject): TreeEntry[] {
    const known = this.#trees.get(tree.id);
    if (known !== undefined) return [];
    const entries = parseTree(tree).filter(({ name, kind }) =>
      kind === 'folder' ? !isSkippedFolder(name) : name.endsWith('.py') && !name.startsWith('.'),
    );
    this.#trees.set(tree.id, entries);
    return entries;
  }

  #list(tree: string, folder = '', files = new Map<string, string>()): Map<string, string> {
    for (const { name, kind, id } of this.#trees.get(tree) ?? []) {
      if (kind === 'file') files.set(folder + name, id);
      else this.#list(id, `${folder}${name}/`, files);
    }
    return files;
  }

  /** Adds the differences between two folders to `changed`. Equal subfolders are not read. */
  #compare(
    before: string | undefined,
    after: string | undefined,
    folder: string,
    changed: Map<string, Change>,
  ): void {
    const [old, young] = [before, after].map(
      (tree) => new Map((this.#trees.get(tree ?? '') ?? []).map((entry) => [entry.name, entry])),
    );
    for (const name of new Set([...(old?.keys() ?? []), ...(young?.keys() ?? [])])) {
      const [a, b] = [old?.get(name), young?.get(name)];
      if (a?.id === b?.id) continue;
      const folders = [a, b].map((entry) => (entry?.kind === 'folder' ? entry.id : undefined));
      if (folders.some((id) => id !== undefined)) {
        this.#compare(folders[0], folders[1], `${folder}${name}/`, changed);
      }
      if (a?.kind === 'file' || b?.kind === 'file') {
        changed.set(folder + name, {
          ...(a?.kind === 'file' ? { before: a.id } : {}),
          ...(b?.kind === 'file' ? { after: b.id } : {}),
        });
      }
    }
  }
}

function isObject(object: GitObject | ObjectProblem | undefined): object is GitObject {
  return typeof object === 'object';
}

function textOf(object: GitObject | ObjectProblem): FileText {
  if (object === 'missing') {
    return { problem: 'its content is not in the repository' };
  }
  if (object === 'too large') return { problem: `the file is larger than ${MAX_FILE_BYTES} bytes` };
  if (object === 'damaged') return { problem: 'git cannot read its content' };
  const text = decoded(object.data);
  if (text === undefined) return { problem: 'the file is not UTF-8' };
  if (text.startsWith(LFS_POINTER)) return { problem: 'its content is in Git LFS' };
  return { text: text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n') };
}
