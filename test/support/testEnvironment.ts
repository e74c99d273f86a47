import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ensureTrainerEnvironment } from '../../src/training/environment.ts';
import { installDevTools } from './devTools.ts';
import { root, testHome } from './environment.ts';

const FILE = path.join(testHome, 'test-environment.json');
/** The requirements from which the environment was made, as a hash, and what it tells the tests. */
const Known = z.object({ requirements: z.string(), variables: z.record(z.string(), z.string()) });

/** Makes the trainer environment and the tests' tools where they are missing, and returns the tests' variables. */
export async function makeTestEnvironment(
  say: (text: string) => void,
): Promise<Readonly<Record<string, string>>> {
  const { python } = await ensureTrainerEnvironment({
    home: testHome,
    device: 'cpu',
    env: process.env,
    signal: new AbortController().signal,
    onProgress: say,
  });
  const variables = {
    LETI_HOME: testHome,
    LETI_TRAINER_PYTHON: python,
    PYTHONPATH: await installDevTools(python, testHome),
    PYTHONDONTWRITEBYTECODE: '1',
    // Tests run side by side: threads of torch that wait for a core by spinning take it from the other tests.
    OMP_NUM_THREADS: '1',
    // Where there is a network, models of hundreds of megabytes would be fetched.
    HF_HUB_OFFLINE: '1',
  };
  mkdirSync(testHome, { recursive: true });
  writeFileSync(FILE, JSON.stringify({ requirements: requirementsHash(), variables }, undefined, 2));
  return variables;
}

/** The variables of the environment that was made before; none where it is missing or of older requirements. */
export function madeTestEnvironment(): Readonly<Record<string, string>> {
  if (!existsSync(FILE)) return {};
  const { requirements, variables } = Known.parse(JSON.parse(readFileSync(FILE, 'utf8')));
  return requirements === requirementsHash() && existsSync(variables['LETI_TRAINER_PYTHON'] ?? '')
    ? variables
    : {};
}

function requirementsHash(): string {
  const hash = createHash('sha256');
  for (const name of ['trainer.txt', 'default-model.txt', 'dev.txt']) {
    hash.update(readFileSync(path.join(root, 'python/requirements', name)));
  }
  return hash.digest('hex');
}
