import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, trainerPython } from './environment.ts';
import { EXPORTER, madeOnce } from './fixtures.ts';

/** Source that exports are compared on. */
const TEXT = 'python/leti_trainer/models/graph_edit.py';
/** What decides an export, besides the model. */
const SOURCES = [...EXPORTER, 'test/support/tinyExports.ts'];
/** Answers requests like the trainer, which itself ends as soon as its input does. Prints the last answer's result. */
const ANSWER = `
import json
import sys
from leti_trainer.service import Service
events = []
service = Service(events.append)
for line in sys.stdin:
    assert service.answer(line), line
json.dump(events[-1]["result"], sys.__stdout__)
`;
/** Name of the file of torch's choices beside the exports. */
export const CHOICES = 'choices.json';

/** A tiny model's real exports, the folders `fp32` and `int8`, with torch's choices. They are made once per model. */
export function tinyExports(model: string): string {
  const files = ['model.safetensors', 'tokenizer.json', 'config.json'];
  const input = files.map((name) => readFileSync(path.join(model, name)).toString('base64')).join('\n');
  return madeOnce('tiny-exports', SOURCES, input, (folder) => {
    const texts = path.join(folder, 'texts.jsonl');
    writeFileSync(texts, agreementTexts());
    const requests = [
      ...['fp32', 'int8'].map((precision) => ({
        ...{ method: 'export', model, out: path.join(folder, precision), precision },
      })),
      { method: 'choices', model, texts, threads: 1, maxTokens: 2000 },
    ];
    // One process for all: most of its time goes into the start of torch.
    const answer = execFileSync(trainerPython(), ['-c', ANSWER], {
      input: requests.map((request) => JSON.stringify(request) + '\n').join(''),
      env: { ...process.env, PYTHONPATH: path.join(root, 'python') },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    writeFileSync(path.join(folder, CHOICES), answer.toString().split('\n').at(-1) ?? '');
    rmSync(texts);
  });
}

/** Python source in pieces. With few tokens, one that int8 changes would be more than an export may differ in. */
function agreementTexts(): string {
  const pieces = readFileSync(path.join(root, TEXT), 'utf8').match(/[^]{1,600}/g) ?? [];
  return pieces
    .map((text, index) => {
      const segments = [{ text, kind: 'text', role: 'program', weight: 1 }];
      return JSON.stringify({ id: String(index), segments }) + '\n';
    })
    .join('');
}
