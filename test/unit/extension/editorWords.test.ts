import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inEditor } from '../../../src/extension/editorWords.ts';
import { root } from '../../support/tinyRun.ts';

/** What the editor's user has no use for: options, commands of a terminal, and its keys. */
const COMMAND_LINE = /--[a-z]|`leti |Ctrl-C|\bleti tasks/;

/** Sentences of the backend, as its source spells them, that speak of the command line. */
function sentences(): string[] {
  const files = globSync('src/{core,execution,harvest,inference,process,rounds,store,training}/**/*.ts', {
    cwd: root,
  });
  return files
    .flatMap((file) => [
      ...readFileSync(path.join(root, file), 'utf8').matchAll(/(['`])((?:\\\1|(?!\1).)+)\1/g),
    ])
    .map(([, , text]) => (text ?? '').replaceAll('\\`', '`').replaceAll(/\$\{[^}]*\}/g, 'x'))
    .filter((text) => COMMAND_LINE.test(text) && /[a-z] [a-z`(-]/i.test(text));
}

describe('inEditor', () => {
  it("leaves no word of the command line in any of the backend's sentences", () => {
    const found = sentences();
    assert.ok(found.length > 15, `only ${found.length} sentences`);
    for (const sentence of found) {
      // What only a terminal can do is said to be done there.
      const said = inEditor(sentence)
        .replace(/in a terminal, leti clean --dry-run/, '')
        .replace(/in a terminal: git config --global --add/, '');
      assert.doesNotMatch(said, COMMAND_LINE, sentence);
    }
  });

  it('names the setting, the view or the command of the palette', () => {
    for (const [told, expected] of [
      ['Name another interpreter with --python, or mend this one.', /with the setting leti\.python, or/],
      ['Name another one with --trainer-python, or leave it out', /the setting leti\.trainerPython, or/],
      ['accept the risk in this workspace with --allow-uncontained.', /the setting leti\.allowUncontained/],
      [
        'Start a round, or run `leti complete` once: it prepares the model.',
        /^Train once: it prepares the model\.$/,
      ],
      ['`leti runs` lists the runs.', /^The Runs view lists the runs\.$/],
      ['Name another folder with --out, or delete this one.', /^Name another folder, or delete this one\.$/],
      ['Wait for it or stop it (Ctrl-C), then start again.', /cancel it in its notification, then/],
      [
        'Close other programs, train with --method lora, or use a smaller model.',
        /programs or use a smaller/,
      ],
    ] as const) {
      assert.match(inEditor(told), expected);
    }
  });

  it('changes nothing else', () => {
    for (const text of ['export: SmolLM2 to ONNX in int8', 'Name an existing folder.']) {
      assert.equal(inEditor(text), text);
    }
  });
});
