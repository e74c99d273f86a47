import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { root, trainerPython } from '../../support/tinyRun.ts';

/** What may be in a package, beside VS Code's own two files. */
const EXPECTED =
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE\.txt|media\/(walkthrough\/)?[\w.-]+\.(svg|png)|docs\/images\/[\w-]+\.(png|gif)|dist\/(extension\.cjs|(leti|cli|inferenceWorker)\.mjs)|dist\/webview\/runPage\.(js|css)|python\/leti_(runner|trainer)\/(\w+\/)?\w+\.(py|json)|python\/requirements\/(trainer|default-model)\.txt|dist\/node_modules\/onnxruntime-(common|node)\/.+)$/;

describe('the package for Linux', () => {
  const vsix = path.join(root, 'dist-vsix/leti-linux-x64.vsix');
  let names: string[];

  before(() => {
    execFileSync(process.execPath, [path.join(root, 'scripts/package.ts'), '--target', 'linux-x64'], {
      stdio: 'ignore',
    });
    const list = 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))';
    names = execFileSync(trainerPython(), ['-c', list, vsix], { encoding: 'utf8' }).trim().split('\n');
  });

  it('is under 30 MB', () => {
    assert.ok(statSync(vsix).size < 30e6, `${statSync(vsix).size} bytes`);
  });

  it('holds what runs, and nothing else', () => {
    const odd = names.filter(
      (name) => !EXPECTED.test(name) && !/^(extension\.vsixmanifest|\[Content_Types\]\.xml)$/.test(name),
    );
    assert.deepEqual(odd, []);
    for (const needed of [
      'dist/leti.mjs',
      'dist/cli.mjs',
      'python/leti_runner/zygote.py',
      'python/leti_runner/harvest/file_rules.json',
      'python/leti_trainer/models/export.py',
      'dist/webview/runPage.js',
    ]) {
      assert.ok(names.includes(`extension/${needed}`), needed);
    }
  });

  it("holds its own platform's native library and no other", () => {
    const binaries = names.filter((name) => name.includes('/bin/'));
    assert.deepEqual(
      [...new Set(binaries.map((name) => /napi-v6\/(\w+\/\w+)/.exec(name)?.[1]))],
      ['linux/x64'],
    );
    assert.ok(binaries.some((name) => name.endsWith('.node')));
  });

  it('is refused for a platform without a native library, which is named', () => {
    assert.throws(
      () =>
        execFileSync(process.execPath, [path.join(root, 'scripts/package.ts'), '--target', 'darwin-x64'], {
          stdio: 'pipe',
        }),
      /no package for darwin-x64: choose one of linux-x64/,
    );
  });
});
