import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Git } from '../../../src/harvest/history/git.ts';
import { harvestWorkspace, type Harvest } from '../../../src/harvest/workspace.ts';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import { Task } from '../../../src/protocol/task.ts';
import { GitRepository, stateOf } from '../../support/gitRepository.ts';
import { idsOf, reasonOf, testCheck, useHarvester } from './support.ts';

describe('tasks of the git history', function () {
  this.timeout(120_000);
  const harvester = useHarvester(true);
  const made: GitRepository[] = [];
  after(() => {
    for (const repository of made) repository.remove();
  });

  const repository = (): GitRepository => {
    const fresh = new GitRepository();
    made.push(fresh);
    return fresh;
  };

  /** Harvests a repository, or a folder of it, and checks that nothing in it has changed. */
  const harvest = async (
    from: GitRepository,
    options: {
      commits?: number;
      folder?: string;
      onProgress?: (phase: string, done: number, total: number) => void;
    } = {},
  ): Promise<Harvest> => {
    const before = stateOf(from);
    const folder = path.join(from.folder, options.folder ?? '');
    const found = await harvestWorkspace({
      workspace: folder,
      interpreter: harvester.interpreter,
      executor: harvester.executor,
      history: { git: new Git({ folder, env: process.env }), commits: options.commits ?? 100 },
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    assert.deepEqual(stateOf(from), before, 'the repository was changed');
    for (const task of found.tasks) assert.deepEqual(Task.parse(task), task);
    return found;
  };
  const at = (id: string, { hash }: { hash: string }): string => `${id}@${hash.slice(0, 12)}`;

  it('takes what a commit fixed or added together with a test, with the tests of that commit', async () => {
    const own = repository();
    const test = (more: string): string =>
      `from kit.m import *\ndef test_twice():\n    assert twice(2) == 4\n${more}`;
    const first = own.commit({
      'kit/__init__.py': '',
      'kit/m.py': 'def add(a, b):\n    """Adds."""\n    return a - b\n\ndef twice(x):\n    return x + x\n',
      'tests/test_m.py': test(''),
    });
    const fix = own.commit({
      'kit/m.py': 'def add(a, b):\n    """Adds."""\n    return a + b\n\ndef twice(x):\n    return x + x\n',
      'tests/test_m.py': test('def test_add():\n    assert add(1, 2) == 3\n'),
    });
    const added = own.commit({
      'kit/n.py': 'def half(x):\n    return x / 2\n',
      'tests/test_n.py':
        'import pytest\nfrom kit.n import half\n@pytest.mark.parametrize("x", [2, 4])\ndef test_half(x):\n    assert half(x) * 2 == x\n',
    });
    const last = own.commit({
      'kit/m.py':
        'def add(a, b, c=0):\n    """Adds."""\n    return a + b + c\n\ndef twice(x):\n    return x + x\n',
      'kit/n.py': 'def half(x):\n    return x * 0.5\n',
    });
    own.write({
      'kit/p.py': 'def new(x):\n    return x\n',
      'tests/test_p.py': 'from kit.p import new\ndef test_new():\n    assert new(1) == 1\n',
    });
    const progress: [string, number, number][] = [];
    const found = await harvest(own, { onProgress: (...event) => progress.push(event) });
    assert.deepEqual(
      idsOf(found),
      [
        'kit/m.py:add',
        at('kit/m.py:add', fix),
        'kit/m.py:twice',
        'kit/n.py:half',
        'kit/p.py:new',
        at('kit/n.py:half', added),
      ].sort(),
    );
    assert.deepEqual(
      progress.slice(0, 4),
      [1, 2, 3, 4].map((done) => ['commits', done, 4]),
    );
    assert.deepEqual(progress.at(-1), ['tasks', 6, 6]);

    const byId = new Map(found.tasks.map((task) => [task.id, task]));
    const fixed = byId.get(at('kit/m.py:add', fix));
    assert.equal(fixed?.source, 'history');
    assert.equal(fixed.reference, '\n    return a + b');
    assert.equal(fixed.prefix, 'def add(a, b):\n    """Adds."""');
    assert.deepEqual(fixed.checks, [testCheck('test_m', 'tests/test_m.py', 'test_add')]);
    assert.equal(fixed.changedAt, fix.time);
    const { hash, ...origin } = fixed.origin!;
    assert.match(hash, /^[0-9a-f]{16}$/);
    assert.deepEqual(origin, { kind: 'history', commit: fix.hash, path: 'kit/m.py', name: 'add' });
    assert.equal(fixed.family, byId.get('kit/m.py:add')?.family, 'one function is on one side');
    assert.deepEqual(
      ['kit/m.py:add', 'kit/m.py:twice', 'kit/p.py:new'].map((id) => byId.get(id)?.changedAt),
      [last.time, first.time, undefined],
      'when each was changed last; one that is not committed has no time',
    );
    assert.match(reasonOf(found, at('kit/m.py:twice', first)), /workspace still has this body/);
  });

  it('says why it drops what a commit changed', async () => {
    const own = repository();
    own.commit({
      'm.py':
        'def plus(x):\n    return x + 1\ndef weak(x):\n    return x\ndef lost(x):\n    return x\ndef moved(x):\n    return x + 40\n',
      'test_m.py': 'from m import plus\ndef test_plus():\n    assert plus(1) == 2\n',
    });
    const changed = own.commit({
      'm.py':
        'def plus(x):\n    return 1 + x\ndef weak(x):\n    return x * 1\ndef lost(x):\n    return x * 2\ndef bad(x):\n    return x / 0\n',
      'n.py': 'import no_such_package\ndef far(x):\n    return x\n',
      'o.py': 'def moved(x):\n    return x + 40\n',
      'test_m.py':
        'from m import plus, weak, bad\nfrom o import moved\ndef test_plus():\n    assert plus(1) == 2\n    assert plus(2) == 3\ndef test_weak():\n    weak(1)\ndef test_bad():\n    assert bad(1) == 1\ndef test_moved():\n    assert moved(1) == 41\n',
      'test_n.py': 'from n import far\ndef test_far():\n    assert far(1) == 1\n',
      'broken.py': 'def broken(:\n',
    });
    own.commit({
      'm.py': null,
      'n.py': null,
      'o.py': null,
      'test_m.py': null,
      'test_n.py': null,
      'broken.py': null,
    });
    const found = await harvest(own);
    const reason = (id: string): string => reasonOf(found, at(id, changed));
    assert.deepEqual(
      found.tasks.map(({ id }) => id.replace(/@.*/, '')),
      ['m.py:plus'],
      'the first commit brought it',
    );
    assert.match(reason('m.py:plus'), /pass on the body before the commit too/);
    assert.match(reason('m.py:weak'), /pass on an empty body too/);
    assert.match(reason('m.py:bad'), /fail today: ZeroDivisionError/);
    assert.match(reason('far'), /needs no_such_package: install/);
    assert.match(reason('broken.py'), /does not parse/);
    // No test uses the one, and the other was moved as it was.
    assert.ok(found.dropped.every(({ id }) => !/lost|moved/.test(id)));
  });

  it('keeps the newest of several commits with one body, and reads no further than it is told', async () => {
    const own = repository();
    const step = (sign: string): Record<string, string> => ({
      'm.py': `def add(a, b):\n    return a ${sign} b\n`,
      'test_m.py': `from m import add\ndef test_add():\n    # ${sign}\n    assert add(3, 2) == ${sign === '+' ? 5 : 1}\n`,
    });
    const first = own.commit(step('+'));
    const minus = own.commit(step('-'));
    const again = own.commit(step('+'));
    own.commit({ 'm.py': null, 'test_m.py': null });
    const found = await harvest(own);
    assert.deepEqual(idsOf(found), [at('m.py:add', minus), at('m.py:add', again)].sort());
    assert.equal(new Set(found.tasks.map(({ family }) => family)).size, 1);
    assert.match(reasonOf(found, at('m.py:add', first)), /newer commit has the same body/);
    assert.deepEqual(idsOf(await harvest(own, { commits: 2 })), [at('m.py:add', again)]);
    assert.deepEqual(idsOf(await harvest(own, { commits: 1 })), []);
  });

  it('finds them in a folder of a repository, on both sides of a merge, in a detached checkout', async () => {
    const own = repository();
    const module = (folder: string, name: string): Record<string, string> => ({
      [`${folder}/${name}.py`]: `def ${name}(x):\n    return x + 1\n`,
      [`${folder}/test_${name}.py`]: `from ${name} import ${name}\ndef test_it():\n    assert ${name}(1) == 2\n`,
    });
    own.commit({ 'README.md': '' });
    own.git('checkout', '--quiet', '-b', 'side');
    const side = own.commit(module('app', 'one'));
    own.git('checkout', '--quiet', 'main');
    const main = own.commit({ ...module('app', 'two'), ...module('other', 'three') });
    own.git('merge', '--quiet', '--no-edit', 'side');
    own.commit({ 'app/one.py': null, 'app/test_one.py': null, 'app/two.py': null, 'app/test_two.py': null });
    own.git('checkout', '--quiet', '--detach', 'HEAD');
    const found = await harvest(own, { folder: 'app' });
    assert.deepEqual(idsOf(found), [at('one.py:one', side), at('two.py:two', main)].sort());
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const own = repository();
    for (let number = 0; number < 5; number++) {
      own.commit({
        [`m${number}.py`]: `def f${number}(x):\n    return x + ${number}\n`,
        [`test_m${number}.py`]: `from m${number} import f${number}\ndef test_f():\n    assert f${number}(1) == ${number + 1}\n`,
      });
    }
    const before = stateOf(own);
    const stop = new AbortController();
    const seen: number[] = [];
    await assert.rejects(
      harvestWorkspace({
        workspace: own.folder,
        interpreter: harvester.interpreter,
        executor: harvester.executor,
        signal: stop.signal,
        history: { git: new Git({ folder: own.folder, env: process.env, signal: stop.signal }), commits: 5 },
        onProgress: (_, done) => {
          seen.push(done);
          if (done === 2) stop.abort();
        },
      }),
      InterruptedError,
    );
    assert.deepEqual(seen, [1, 2]);
    assert.deepEqual(stateOf(own), before);
  });

  it('reads files as they are: other line ends, links, submodules, odd names, other encodings, pointers to large files', async () => {
    const own = repository();
    own.git('config', 'core.autocrlf', 'false');
    const inner = repository();
    inner.commit({ 'x.py': 'x = 1\n' });
    own.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.folder, 'inner');
    symlinkSync('/etc/passwd', path.join(own.folder, 'outside.py'));
    symlinkSync('/etc', path.join(own.folder, 'folder'));
    writeFileSync(
      Buffer.concat([Buffer.from(`${own.folder}/`), Buffer.from([0xff, 0x2e, 0x70, 0x79])]),
      'x = 1\n',
    );
    const made = own.commit({
      'm.py': 'def f(x):\r\n    """Doc."""\r\n    y = x\r\n    return y + 1\r\n',
      'test_m.py': 'from m import f\r\nimport outside, inner.x\r\ndef test_f():\r\n    assert f(1) == 2\r\n',
      'test_n.py': '\uFEFFfrom m import f\r\ndef test_g():\r\n    assert f(2) == 3\r\n',
      'test_latin.py': Uint8Array.from([0x23, 0xe9, 0x0a]),
      'test_large.py': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
      'test_huge.py': `x = "${'a'.repeat(500_000)}"\n`,
      'größe.py': 'def g(x):\n    return x + 2\n',
      'test_größe.py': 'from größe import g\ndef test_g():\n    assert g(1) == 3\n',
    });
    own.commit({ 'm.py': null, 'größe.py': null });
    const found = await harvest(own);
    assert.deepEqual(idsOf(found), [at('größe.py:g', made), at('m.py:f', made)].sort());
    assert.equal(found.tasks.find(({ name }) => name === 'f')?.reference, '\n    y = x\n    return y + 1');
    const reason = (id: string): string => reasonOf(found, at(id, made));
    assert.match(reason('test_latin.py'), /not UTF-8/);
    assert.match(reason('test_large.py'), /Git LFS/);
    assert.match(reason('test_huge.py'), /larger than/);
    assert.ok(found.dropped.every(({ path: file }) => !/outside|folder|inner|�/.test(file)));
  });
});
