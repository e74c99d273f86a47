import os from 'node:os';
import { simpleGit, type SimpleGit } from 'simple-git';
import { withAbsolutePath } from '../../process/childTree.ts';
import { InterruptedError, UserError } from '../../protocol/errors.ts';

/** Longest run of one command of git. */
const MAX_SECONDS = 60;

/**
 * Settings with which a repository's own configuration could make git start programs or write files. Every command turns
 * them off. LeTI only uses commands that read objects: no index, no work tree, no diff, no checkout.
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

/** simple-git refuses these settings unless allowed. LeTI sets each to a value that does nothing. */
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

/** The only git variables that a command gets. */
const GIT_ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: os.devNull,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  // Only the server has some objects of a partial clone. A request for one would run the repository's own transport.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: '',
  GIT_NO_REPLACE_OBJECTS: '1',
};

export interface GitOptions {
  /** A folder of the repository, which the user trusts. This class does not check that. */
  folder: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/**
 * Git on one repository, for reading its objects. Only this class starts git. Throws UserErrors, and InterruptedError once
 * the signal aborts. If git refuses the repository, the error says how to allow it.
 */
export class Git {
  readonly #options: GitOptions;
  /** Folders that the user's git trusts. LeTI reads them after git has refused this folder. */
  #trusted: string[] = [];

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /** The standard output of a git command. */
  async text(...args: string[]): Promise<string> {
    return await this.#run(async (git) => await git.raw(args));
  }

  /** The output of `git cat-file` for these names of objects. */
  async catFile(mode: '--batch' | '--batch-check', names: readonly string[]): Promise<Buffer> {
    // Without any name, git would wait for input for ever.
    if (names.length === 0) return Buffer.alloc(0);
    const input = names.map((name) => `${name}\n`).join('');
    return await this.#run(async (git) => Buffer.from((await git.binaryCatFile([mode])) as Buffer), input);
  }

  async #run<T>(work: (git: SimpleGit) => Promise<T>, input = ''): Promise<T> {
    try {
      return await this.#once(work, input);
    } catch (error) {
      // LeTI does not read the user's configuration, but honours its list of trusted folders.
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
    // LeTI does not wait for a git that ignores the abort.
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
        // No such file, so no trusted folders.
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
        `If you trust it, run in a terminal: git config --global --add safe.directory ${folderIn(message) ?? folder}`,
        1,
        { cause: error },
      );
    }
    if (message.includes('not a git repository')) {
      return new NoRepositoryError(`${folder} is not in a git repository.`, 'Name a folder that is.', 2, {
        cause: error,
      });
    }
    // The message begins with the output before the failure, so look for git's own complaint.
    const said = /^(?:fatal|error): .*$/m.exec(message)?.[0] ?? message.split('\n')[0] ?? '';
    return new UnreadableError(folder, said, { cause: error });
  }
}

/** There is no git, or no repository. */
export class NoRepositoryError extends UserError {}

/** Git ended with an error, mostly because the repository is damaged. */
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

/** The folder that git names in its message. It may be a parent of the workspace. */
function folderIn(message: string): string | undefined {
  return /safe\.directory (\S+)/.exec(message)?.[1];
}

/** PATH to find git, without folders that could lie in the workspace, and English messages. */
function plainEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return withAbsolutePath({ ...pick(env, ['SystemRoot']), PATH: env['PATH'] ?? '', LC_ALL: 'C' });
}

function pick(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
