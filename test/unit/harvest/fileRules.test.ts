import assert from 'node:assert/strict';
import { isEnvironment, isSkippedFolder, isTestFile } from '../../../src/harvest/fileRules.ts';

describe('the rules for files', () => {
  for (const [file, expected] of [
    ['test_a.py', true],
    ['kit/a_test.py', true],
    ['conftest.py', true],
    ['kit/conftest.py', true],
    ['tests/tools.py', true],
    ['kit/test/deep/tools.py', true],
    ['kit/tests.py', false],
    ['contest.py', false],
    ['latest.py', false],
    ['kit/my_tests/tools.py', false],
    ['test_kit/tools.py', false],
  ] as const) {
    it(`say ${expected ? 'that' : 'whether'} ${file} is one of tests`, () => {
      assert.equal(isTestFile(file), expected);
    });
  }

  it('skip folders that are hidden, built or installed', () => {
    const skipped = ['.git', '.venv', 'venv', 'node_modules', '__pycache__', 'build', 'dist', 'kit.egg-info'];
    for (const name of skipped) assert.equal(isSkippedFolder(name), true, name);
    for (const name of ['env', 'src', 'builder', 'my_venv', 'a.b'])
      assert.equal(isSkippedFolder(name), false, name);
  });

  it('know a virtual environment by its marker', () => {
    assert.equal(isEnvironment(['bin', 'pyvenv.cfg']), true);
    assert.equal(isEnvironment(['bin']), false);
  });
});
