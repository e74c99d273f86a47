import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/tinyRun.ts';

const source = path.join(root, 'src');
const imports = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => {
      const text = readFileSync(path.join(source, name), 'utf8');
      const named = [...text.matchAll(/from '(\.[^']+\.ts)'/g)].map(([, file]) => file ?? '');
      return [name, named.map((file) => path.join(path.dirname(name), file))] as const;
    }),
);

/** The files of a cycle that can be reached from `file`; empty where there is none. `above` are the files that led here. */
function cycleFrom(file: string, above: readonly string[], done: Set<string>): string[] {
  if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
  if (done.has(file)) return [];
  for (const next of imports.get(file) ?? []) {
    const cycle = cycleFrom(next, [...above, file], done);
    if (cycle.length > 0) return cycle;
  }
  done.add(file);
  return [];
}

describe('the files of src', () => {
  it('import each other in no cycle, types included', () => {
    assert.ok(imports.size > 100);
    const done = new Set<string>();
    for (const file of imports.keys()) assert.deepEqual(cycleFrom(file, [], done), [], file);
  });
});
