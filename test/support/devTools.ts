import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from '../../src/process/runCommand.ts';

/**
 * Puts pytest and ruff into a folder of their own, beside the trainer environment and not inside it, and returns the
 * folder, which goes on PYTHONPATH. Kept for the next run.
 */
export async function installDevTools(python: string, home: string): Promise<string> {
  const lock = path.resolve(import.meta.dirname, '../../python/requirements/dev.txt');
  const hash = createHash('sha256')
    .update(await readFile(lock))
    .digest('hex')
    .slice(0, 12);
  // The name that Python gives such folders: the sandbox lets programs read installed packages only.
  const packages = 'site-packages';
  const folder = path.join(home, `dev-tools-${hash}`);
  if (existsSync(folder)) return path.join(folder, packages);
  const half = `${folder}.tmp`;
  const target = path.join(half, packages);
  await rm(half, { recursive: true, force: true });
  const uv = (await runCommand('uv', ['--version'])).code === 0;
  const { code, stderr } = uv
    ? await runCommand('uv', ['pip', 'install', '--python', python, '--target', target, '-r', lock])
    : await runCommand(python, ['-m', 'pip', 'install', '-q', '--target', target, '-r', lock]);
  if (code !== 0) throw new Error(`the development tools could not be installed: ${stderr}`);
  await rename(half, folder);
  return path.join(folder, packages);
}
