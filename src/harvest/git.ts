import os from 'node:os';
import path from 'node:path';
import { simpleGit, type SimpleGit } from 'simple-git';
import { InterruptedError, UserError } from '../protocol/errors.ts';

/** Longest run of one command of git. */
const MAX_SECONDS = 60;

/**
 * What a repository's own configuration could have git start or write; turned off for every command. Only commands that read
 * objects are used at all: no index, no work tree, no diff, no checkout.
 */
const OFF = [
  `core.hooksPath=${os.devNull}`,
  'core.fsmonitor=false',
  `core.attributesFile=${os.devNull}`,
  'core.sshCommand=false',
  'core.gitProxy=false',
  'core.askPass=false',
  'core.alternateRefsCommand=false',
  'core.pager=cat',
  'credential.helper=',
  'diff.external=',
  'gpg.program=false',
  'protocol.allow=never',
  'gc.auto=0',
  'maintenance.auto=false',
];

/** simple-git asks to be told that these are set on purpose; each is set to what does nothing. */
const SET_ON_PURPOSE = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeSshCommand: true,
  allowUnsafeGitProxy: true,
  allowUnsafeAskPass: true,
  allowUnsafePager: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeDiffExternal: true,
  allowUnsafeGpgProgram: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeConfigPaths: true,
};

/** The variables of git that a command gets; all others are kept from it. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: os.devNull,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // A partial clone has objects that its server alone has; asking for them would run the repository's own transport.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_NO_REPLACE_OBJECTS: '1',
};

export interface GitOptions {
  /** A folder of the repository. Its user trusts it; nothing else here asks. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Git on one repository, for reading its objects. This is the only place that starts git. Failures are UserErrors; those
 * of a repository that git refuses say how to allow it.
 */
export class Git {
  readonly #options: GitOptions;
  /** Folders that the user told git to trust, asked for once git has refused this one. */
  #trusted: string[] = [];

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /** What a command prints. */
  async text(...args: string[]): Promise<string> {
    return await this.#run(async (git) => await git.raw(args));
  }

  /** What `git cat-file` prints for the objects named on its standard input. */
  async catFile(mode: '--batch' | '--batch-check', names: readonly string[]): Promise<Buffer> {
    // Git would wait for names that never come.
    if (names.length === 0) return Buffer.alloc(0);
    const input = names.map((name) => `${name}\n`).join('');
    return await this.#run(async (git) => Buffer.from((await git.binaryCatFile([mode])) as Buffer), input);
  }

  async #run<T>(work: (git: SimpleGit) => Promise<T>, input = ''): Promise<T> {
    try {
      return await this.#once(work, input);
    } catch (error) {
      // The user's own configuration is not read, but whom it trusts stands.
      if (!isRefusal(error) || this.#trusted.length > 0) throw this.#explained(error);
      this.#trusted = await this.#userTrusts();
      if (this.#trusted.length === 0) throw this.#explained(error);
    }
    return await this.#once(work, input).catch((error: unknown) => {
      throw this.#explained(error);
    });
  }

  async #once<T>(work: (git: SimpleGit) => Promise<T>, input: string): Promise<T> {
    const { folder, env, signal } = this.#options;
    const limit = AbortSignal.timeout(MAX_SECONDS * 1000);
    const abort = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    if (abort.aborted) throw new InterruptedError();
    const git = simpleGit({
      baseDir: folder,
      config: [...OFF, ...this.#trusted.map((trusted) => `safe.directory=${trusted}`)],
      unsafe: SET_ON_PURPOSE,
      allowEnvironment: Object.keys(GIT_ENVIRONMENT),
      abort,
      input: () => input,
      completion: { onClose: true, onExit: false },
    }).env({ ...plainEnvironment(env), ...GIT_ENVIRONMENT });
    // A git that does not end when it is told to is not waited for.
    const aborted = new Promise<never>((_, reject) => {
      abort.addEventListener('abort', () => {
        reject(signal?.aborted === true ? new InterruptedError() : tooSlow(folder));
      });
    });
    const done = work(git);
    done.catch(() => undefined);
    aborted.catch(() => undefined);
    return await Promise.race([done, aborted]);
  }

  /** The user's `safe.directory` entries, which only the user's and the system's configuration can hold. */
  async #userTrusts(): Promise<string[]> {
    const { env } = this.#options;
    const entries = await Promise.all(
      ['--global', '--system'].map(async (where) => {
        const git = simpleGit({ baseDir: os.tmpdir(), unsafe: SET_ON_PURPOSE }).env({
          ...plainEnvironment(env),
          ...pick(env, ['HOME', 'XDG_CONFIG_HOME', 'USERPROFILE']),
        });
        // No such file: nobody is trusted there.
        return await git.raw('config', where, '--get-all', 'safe.directory').catch(() => '');
      }),
    );
    return entries.flatMap((text) => text.split('\n')).filter((entry) => entry !== '');
  }

  #explained(error: unknown): unknown {
    if (error instanceof InterruptedError || error instanceof UserError) return error;
    const { folder } = this.#options;
    const message = error instanceof Error ? error.message : String(error);
    if (message.includes('ENOENT')) {
      return new NoRepositoryError('git was not found.', 'Install git, or put it on PATH.', 1, {
        cause: error,
      });
    }
    if (isRefusal(error)) {
      return new UserError(
        `git refuses to read the repository of ${folder}, because it belongs to another user.`,
        `If you trust it, in a terminal: git config --global --add safe.directory ${folderIn(message) ?? folder}`,
        1,
        { cause: error },
      );
    }
    if (message.includes('not a git repository')) {
      return new NoRepositoryError(`${folder} is not in a git repository.`, 'Name a folder that is.', 2, {
        cause: error,
      });
    }
    // What a command printed before it failed stands before its complaint.
    const said = /^(?:fatal|error): .*$/m.exec(message)?.[0] ?? message.split('\n')[0] ?? '';
    return new UnreadableError(folder, said, { cause: error });
  }
}

/** There is no git, or nothing for it to read. */
export class NoRepositoryError extends UserError {}

/** Git ended with a complaint, mostly about damage. */
export class UnreadableError extends UserError {
  constructor(folder: string, said: string, options: ErrorOptions) {
    super(
      `git could not read the repository of ${folder}: ${said}`,
      '`git fsck` looks for damage.',
      1,
      options,
    );
  }
}

function tooSlow(folder: string): UserError {
  return new UserError(
    `git did not finish reading the repository of ${folder} within ${MAX_SECONDS} s.`,
    'Look through fewer commits.',
  );
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && /dubious ownership|unsafe repository/.test(error.message);
}

/** The folder that git itself names, which may be one above the workspace. */
function folderIn(message: string): string | undefined {
  return /safe\.directory (\S+)/.exec(message)?.[1];
}

/** Enough to find git and to have it speak English. Folders named relative to the workspace are no place to find it. */
function plainEnvironment(env: NodeJS.ProcessEnv): Record<string, string> {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => path.isAbsolute(folder));
  return { ...pick(env, ['SystemRoot']), PATH: folders.join(path.delimiter), LC_ALL: 'C' };
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
