import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The newest commit of a made repository is from then on, each an hour after the one before. */
const FIRST_COMMIT = 1_700_000_000;

/** A repository that a test makes with the real git. */
export class GitRepository {
  readonly folder: string;
  #commits = 0;

  constructor(folder = mkdtempSync(path.join(tmpdir(), 'leti-repository-'))) {
    this.folder = folder;
    if (!existsSync(path.join(folder, '.git'))) this.git('init', '--quiet', '--initial-branch=main', '.');
  }

  /** Runs git as its user would, but for the configuration of this machine. */
  git(...args: string[]): string {
    return execFileSync('git', args, {
      cwd: this.folder,
      env: gitEnvironment(this.#commits),
      encoding: 'utf8',
    }).trim();
  }

  write(files: Record<string, string | Uint8Array | null>): void {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(this.folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (content === null) rmSync(file);
      else writeFileSync(file, content);
    }
  }

  /** Commits the work tree with these files (null: deleted); gives the commit's hash and time. */
  commit(files: Record<string, string | Uint8Array | null> = {}): { hash: string; time: number } {
    this.write(files);
    this.#commits++;
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', `commit ${this.#commits}`);
    return { hash: this.git('rev-parse', 'HEAD'), time: timeOf(this.#commits) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function gitEnvironment(commits: number): Record<string, string> {
  const date = `${timeOf(commits)} +0000`;
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: tmpdir(),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.com',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.com',
    GIT_COMMITTER_DATE: date,
  };
}

function timeOf(commits: number): number {
  return FIRST_COMMIT + commits * 3600;
}

/** Everything below a folder, `.git` too: names, kinds, sizes, times of change to the nanosecond, contents. */
export function listing(folder: string | Buffer): string[] {
  return readdirSync(folder, { encoding: 'buffer' })
    .sort((a, b) => Buffer.compare(a, b))
    .flatMap((name) => {
      // As bytes, because names need not be UTF-8.
      const file = Buffer.concat([Buffer.from(folder), Buffer.from(path.sep), name]);
      const info = lstatSync(file, { bigint: true });
      const content = info.isFile()
        ? createHash('sha256').update(readFileSync(file)).digest('hex')
        : info.isSymbolicLink()
          ? readlinkSync(file)
          : '';
      const line = [file.toString('latin1'), info.mode, info.size, info.mtimeNs, content].join(' ');
      return info.isDirectory() ? [line, ...listing(file)] : [line];
    });
}

/** What must be the same before and after a scan of a repository. */
export function stateOf(repository: GitRepository): Record<string, unknown> {
  return {
    listing: listing(repository.folder),
    status: repository.git('status', '--porcelain=v2', '--branch', '--ignored'),
    head: readFileSync(path.join(repository.folder, '.git/HEAD'), 'utf8'),
    refs: repository.git('for-each-ref'),
    config: repository.git('config', '--local', '--list'),
    index: createHash('sha256')
      .update(readFileSync(path.join(repository.folder, '.git/index')))
      .digest('hex'),
    again: listing(repository.folder),
  };
}
