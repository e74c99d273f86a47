import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { madeOnce } from './fixtures.ts';
import { root, trainerPython } from './environment.ts';

/** What decides an export, besides the model. */
const SOURCES = ['python/leti_trainer/models/export.py', 'test/support/tinyExports.ts'];

/** A tiny model's real exports, the folders `fp32` and `int8`. They are made once per model. */
export function tinyExports(model: string): string {
  const files = ['model.safetensors', 'tokenizer.json', 'config.json'];
  const input = files.map((name) => readFileSync(path.join(model, name)).toString('base64')).join('\n');
  return madeOnce('tiny-exports', SOURCES, input, (folder) => {
    const texts = path.join(folder, 'texts.jsonl');
    const segments = [
      { text: 'def add_one(x):\n    return x + 1', kind: 'text', role: 'program', weight: 1 },
    ];
    writeFileSync(texts, JSON.stringify({ id: '1', segments }) + '\n');
    for (const precision of ['fp32', 'int8']) {
      const request = path.join(folder, 'request.json');
      const out = path.join(folder, precision);
      writeFileSync(request, JSON.stringify({ method: 'export', model, out, precision, texts }));
      execFileSync(trainerPython(), ['-m', 'leti_trainer', '--request', request], {
        env: { ...process.env, PYTHONPATH: path.join(root, 'python') },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      rmSync(request);
    }
    rmSync(texts);
  });
}
