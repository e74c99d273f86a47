import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, trainerPython } from './tinyRun.ts';

/** A tiny model's real exports, `fp32` and `int8`, kept by the content that they are made of. */
export function tinyExports(model: string): string {
  const exportScript = path.join(root, 'python/leti_trainer/export.py');
  const hash = createHash('sha256');
  for (const file of [
    path.join(model, 'model.safetensors'),
    path.join(model, 'tokenizer.json'),
    exportScript,
  ])
    hash.update(readFileSync(file));
  const folder = path.join(root, '.leti/fixtures', `exports-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}.tmp`;
  mkdirSync(half, { recursive: true });
  const texts = path.join(half, 'texts.jsonl');
  const segments = [{ text: 'def add_one(x):\n    return x + 1', kind: 'text', role: 'program', weight: 1 }];
  writeFileSync(texts, JSON.stringify({ id: '1', segments }) + '\n');
  const requests = ['fp32', 'int8'].map((precision) => ({
    ...{ method: 'export', model, out: path.join(half, precision), precision, texts },
  }));
  for (const request of requests) {
    const file = path.join(half, `${request.precision}.json`);
    writeFileSync(file, JSON.stringify(request));
    execFileSync(trainerPython(), ['-m', 'leti_trainer', '--request', file], {
      env: { ...process.env, PYTHONPATH: path.join(root, 'python') },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
  try {
    renameSync(half, folder);
  } catch {
    // Another process was faster, with the same content.
    rmSync(half, { recursive: true });
  }
  return folder;
}
