import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { root } from '../support/tinyRun.ts';

describe('the pictures of the documents', () => {
  const shown = ['README.md', 'docs/views.md'].flatMap((file) =>
    [...readFileSync(path.join(root, file), 'utf8').matchAll(/!\[([^\]]*)\]\(([^)]+)\)/g)].map(
      ([, words, target]) => ({ words, file: path.join(path.dirname(file), target ?? '') }),
    ),
  );

  it('are there, have words for those who do not see them, and are small', () => {
    for (const { words, file } of shown) {
      assert.ok(existsSync(path.join(root, file)), file);
      assert.match(words ?? '', /\w/, file);
      const most = file.endsWith('.gif') ? 3_000_000 : 250_000;
      assert.ok(statSync(path.join(root, file)).size < most, file);
    }
  });

  it('are all shown', () => {
    const kept = readdirSync(path.join(root, 'docs/images')).map((name) => `docs/images/${name}`);
    assert.deepEqual(kept.sort(), [...new Set(shown.map(({ file }) => file))].sort());
  });
});
