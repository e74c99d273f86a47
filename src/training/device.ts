import { runCommand } from '../process/runCommand.ts';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import type { Device } from '../protocol/training.ts';

/** A device for which there is a set of trainer packages. */
export const PROFILES = ['cpu', 'cuda', 'mps'] as const;
export type Profile = (typeof PROFILES)[number];

/** A driver that hangs must not hold back a plan or `leti doctor`. */
const PROBE_MS = 5000;

/** By the PATH on which the driver's tool is looked for; a machine does not change its devices. */
const probed = new Map<string, Promise<Profile | undefined>>();

/**
 * The device that training runs on, decided here alone: a named one as it is; for `auto` CUDA when the driver answers,
 * MPS on Apple silicon, else the CPU. The driver is asked once per process, for at most 5 s.
 */
export async function pickProfile(device: Device, env: NodeJS.ProcessEnv): Promise<Profile> {
  return device === 'auto' ? ((await probedOnce(env)) ?? 'cpu') : device;
}

/**
 * Throws a UserError where a device was named that this computer does not have, before gigabytes are fetched for it. A driver
 * that does not answer counts as a device.
 */
export async function requireDevice(device: Device, env: NodeJS.ProcessEnv): Promise<void> {
  if (device !== 'cuda' && device !== 'mps') return;
  const here = await probedOnce(env);
  if (here === device || (here === undefined && device === 'cuda')) return;
  throw new UserError(
    device === 'cuda'
      ? 'This computer has no NVIDIA GPU that LeTI can use: `nvidia-smi` shows none.'
      : 'The device mps needs a Mac with Apple silicon.',
    'Choose the device "auto" or "cpu".',
    2,
  );
}

/** Undefined if the driver did not answer in time. */
async function probedOnce(env: NodeJS.ProcessEnv): Promise<Profile | undefined> {
  const key = env['PATH'] ?? '';
  const known = probed.get(key) ?? probe(env);
  probed.set(key, known);
  const profile = await known.catch((error: unknown) => {
    probed.delete(key);
    throw error;
  });
  // A driver that was slow once, after a start of the machine, say, is asked again.
  if (profile === undefined) probed.delete(key);
  return profile;
}

async function probe(env: NodeJS.ProcessEnv): Promise<Profile | undefined> {
  if (process.platform === 'darwin' && process.arch === 'arm64') return 'mps';
  try {
    const { code, stdout } = await runCommand('nvidia-smi', ['-L'], {
      env,
      signal: AbortSignal.timeout(PROBE_MS),
    });
    return code === 0 && stdout.includes('GPU') ? 'cuda' : 'cpu';
  } catch (error) {
    if (error instanceof InterruptedError) return undefined;
    throw error;
  }
}
