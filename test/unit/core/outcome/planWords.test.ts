import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CATALOGUE } from '../../../../src/app/models/catalogue.ts';
import { diskOnce, diskPerRound } from '../../../../src/core/learning/disk.ts';
import {
  autoDeviceWords,
  costWords,
  decidable,
  sandboxWords,
  skippedFirst,
  skippedWords,
} from '../../../../src/core/outcome/planWords.ts';
import { bytes } from '../../../../src/core/text/words.ts';
import { root } from '../../../support/tinyRun.ts';

const drop = (path: string, line: number, reason: string) => ({ id: `${path}:${line}`, path, line, reason });
const dropped = [
  drop('a.py', 9, 'no test uses it and it has no doctest'),
  drop('z.py', 3, 'the file does not parse: invalid syntax'),
  drop('a.py', 2, 'weak: its checks pass on a body that is only `return True`'),
];

describe('what a plan skips', () => {
  it('begins with the files that have a syntax error', () => {
    assert.deepEqual(
      skippedFirst(dropped).map(({ id }) => id),
      ['z.py:3', 'a.py:2', 'a.py:9'],
    );
    assert.equal(skippedWords(dropped), '1 file with a syntax error, 2 functions without usable tests');
    assert.equal(skippedWords(dropped.slice(0, 1)), '1 function without usable tests');
    assert.equal(skippedWords([]), '');
  });
});

describe('whether a run can tell if it got better', () => {
  it('is no with too few different test tasks, and says how many it needs', () => {
    assert.deepEqual(decidable(3, 24), {
      can: false,
      words: 'No: it has 3 different test tasks and needs 6',
    });
  });

  it('is yes from a gain on that falls with tasks and attempts', () => {
    const gain = (families: number, samples: number): number => {
      const { can, words } = decidable(families, samples);
      assert.ok(can);
      return Number(/^Yes, if (\d+) points more attempts pass, in 4 of 5 cases$/.exec(words)?.[1]);
    };
    assert.ok(gain(6, 8) > gain(26, 8));
    assert.ok(gain(26, 8) > gain(26, 24));
    assert.ok(gain(26, 24) >= 5);
  });
});

describe('what a run costs', () => {
  it('is said with its source, and with the room where that is too little', () => {
    assert.equal(
      costWords(466, 3.5e9, { measuredHere: false, freeBytes: 1e12 }),
      'About 8 minutes, up to 3.5 GB of disk. Estimated; your machine may differ.',
    );
    assert.equal(
      costWords(20, 3.5e9, { measuredHere: true, freeBytes: 2e9 }),
      'About 1 minute, up to 3.5 GB of disk. Measured in an earlier run. Only 2.0 GB are free.',
    );
  });

  it('is the same on the disk for plan, doctor and README', () => {
    const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
    for (const name of ['SmolLM2-135M-Instruct', 'Qwen2.5-Coder-0.5B-Instruct']) {
      const parameters = CATALOGUE.find((model) => model.name === name)?.parameters ?? 0;
      const first = bytes(diskOnce(parameters, false) + diskPerRound(parameters));
      assert.ok(readme.includes(`${first} of disk`), `${name}: ${first}`);
    }
    assert.equal(diskOnce(1e8, false) - diskOnce(1e8, true), 1.4e9);
  });
});

describe('the device and the sandbox', () => {
  it('are told in words', () => {
    assert.equal(autoDeviceWords('cpu'), 'CPU (no GPU found)');
    assert.equal(autoDeviceWords('cuda'), 'GPU (cuda)');
    assert.deepEqual(['T3', 'T2', 'T1'].map(sandboxWords), [
      'Sandbox: fully isolated',
      'Sandbox: isolated',
      'Sandbox: programs are NOT isolated',
    ]);
  });
});
