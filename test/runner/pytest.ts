/**
 * Runs Python tests alone, in the environment that `npm run test:setup` made. Arguments are pytest's:
 *
 *     npm run test:python -- test/python/trainer/test_losses.py -k weights
 */
import { spawnSync } from 'node:child_process';
import { root, trainerPython } from '../support/environment.ts';
import { madeTestEnvironment } from '../support/testEnvironment.ts';

Object.assign(process.env, { ...madeTestEnvironment(), ...process.env });
const { status } = spawnSync(
  trainerPython(),
  ['-m', 'pytest', '-c', 'python/pyproject.toml', '--rootdir', 'python', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
