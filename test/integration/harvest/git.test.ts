import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { Git, NoRepositoryError } from '../../../src/harvest/history/git.ts';
import { History } from '../../../src/harvest/history/gitHistory.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import { GitRepository, stateOf } from '../../support/gitRepository.ts';

describe('git', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'leti-git-'));
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  const repository = new GitRepository();

  /** A PATH whose git is this script. */
  const pathWith = (name: string, script: string): string => {
    const bin = path.join(folder, name);
    mkdirSync(bin);
    writeFileSync(path.join(bin, 'git'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(bin, 'git'), 0o755);
    return bin;
  };
  const commitsOf = async (where: string, env: NodeJS.ProcessEnv = process.env): Promise<string[]> =>
    await (await History.open(new Git({ folder: where, env }))).commits(10);

  after(() => {
    repository.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('runs nothing that a repository configures, and asks no server for what is not there', async () => {
    const marker = path.join(folder, 'ran');
    const script = path.join(folder, 'attack.sh');
    writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${marker}\nexit 1\n`);
    chmodSync(script, 0o755);
    const { hash } = repository.commit({
      'm.py': 'def f():\n    return 1\n',
      '.gitattributes': '*.py diff=evil filter=evil\n',
    });
    repository.commit({ 'm.py': 'def f():\n    return 2\n' });
    const blob = repository.git('rev-parse', `${hash}:m.py`);
    rmSync(path.join(repository.folder, '.git/objects', blob.slice(0, 2), blob.slice(2)));
    for (const [key, value] of [
      ['core.hooksPath', folder],
      ['core.fsmonitor', script],
      ['core.sshCommand', script],
      ['core.gitProxy', script],
      ['core.askPass', script],
      ['core.pager', script],
      ['core.editor', script],
      ['core.alternateRefsCommand', script],
      ['core.attributesFile', script],
      ['credential.helper', script],
      ['diff.external', script],
      ['diff.evil.command', script],
      ['diff.evil.textconv', script],
      ['filter.evil.clean', script],
      ['filter.evil.smudge', script],
      ['filter.evil.process', script],
      ['gpg.program', script],
      ['log.showSignature', 'true'],
      ['pager.rev-list', script],
      ['alias.rev-list', `!${script}`],
      ['uploadpack.packObjectsHook', script],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.promisor', 'true'],
      ['remote.origin.url', `ext::${script}`],
      ['remote.origin.uploadpack', script],
      ['protocol.ext.allow', 'always'],
      ['protocol.allow', 'always'],
    ] as const) {
      execFileSync(real, ['-C', repository.folder, 'config', key, value]);
    }
    // Without the guards, this repository does attack.
    assert.throws(() =>
      execFileSync(real, ['-C', repository.folder, 'cat-file', '-p', blob], { stdio: 'ignore' }),
    );
    assert.match(readFileSync(marker, 'utf8'), /attack\.sh/);
    rmSync(marker);

    const git = new Git({ folder: repository.folder, env: process.env });
    assert.match(await git.text('rev-list', '--all'), new RegExp(hash));
    assert.match((await git.catFile('--batch', [`${hash}:`])).toString('latin1'), /m\.py/);
    // What git answers differs between its versions.
    await Promise.allSettled([git.catFile('--batch', [blob]), git.catFile('--batch-check', [blob])]);
    await assert.rejects(commitsOf(repository.folder), /is a partial clone/);
    assert.equal(existsSync(marker), false);
  });

  it('changes nothing in a repository whose index is out of date', async () => {
    const own = new GitRepository();
    try {
      own.commit({ 'm.py': 'x = 1\n', 'n.py': 'x = 2\n' });
      // The same content at another time, which a status would write down.
      own.write({ 'm.py': 'x = 1\n', 'n.py': 'x = 3\n', 'new.py': '' });
      const before = stateOf(own);
      assert.equal((await commitsOf(own.folder)).length, 1);
      assert.deepEqual(stateOf(own), before);
    } finally {
      own.remove();
    }
  });

  it('gives git few variables, and none that the caller has set for it', async () => {
    const printed = path.join(folder, 'environment');
    const bin = pathWith('environment-bin', `env > ${printed}\nexec ${real} "$@"`);
    const env = {
      PATH: ['relative/bin', bin, '/usr/bin', '/bin'].join(path.delimiter),
      HOME: folder,
      SECRET_TOKEN: 'x',
      GIT_DIR: '/nowhere',
      GIT_EXTERNAL_DIFF: 'false',
      LD_PRELOAD: '',
      EDITOR: 'vi',
    };
    const own = new GitRepository();
    try {
      own.commit({ 'm.py': '' });
      assert.equal((await commitsOf(own.folder, env)).length, 1);
    } finally {
      own.remove();
    }
    const seen = new Map(
      readFileSync(printed, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/) as [string, string]),
    );
    assert.deepEqual(
      [...seen.keys()].filter((name) => !['_', 'PWD', 'OLDPWD', 'SHLVL'].includes(name)).sort(),
      [
        'GIT_ALLOW_PROTOCOL',
        'GIT_ATTR_NOSYSTEM',
        'GIT_CONFIG_GLOBAL',
        'GIT_CONFIG_NOSYSTEM',
        'GIT_NO_LAZY_FETCH',
        'GIT_NO_REPLACE_OBJECTS',
        'GIT_OPTIONAL_LOCKS',
        'GIT_TERMINAL_PROMPT',
        'GIT_TEST_DISALLOW_ABBREVIATED_OPTIONS',
        'LC_ALL',
        'PATH',
      ],
    );
    assert.doesNotMatch(seen.get('PATH') ?? '', /relative/);
  });

  it('ends a git that hangs when it is told to stop', async () => {
    const bin = pathWith('hanging-bin', `touch ${folder}/started\nexec sleep 600`);
    const stop = new AbortController();
    const git = new Git({
      folder,
      env: { PATH: [bin, '/usr/bin', '/bin'].join(path.delimiter) },
      signal: stop.signal,
    });
    const asked = git.text('rev-parse', 'HEAD');
    asked.catch(() => undefined);
    while (!existsSync(path.join(folder, 'started'))) await sleep(10);
    stop.abort();
    await assert.rejects(asked, InterruptedError);
    await assert.rejects(git.text('rev-parse', 'HEAD'), InterruptedError);
  });

  it('says how to trust a repository of another user, and heeds it where that was done', async () => {
    const bin = pathWith('other-owner-bin', `GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec ${real} "$@"`);
    const home = path.join(folder, 'home');
    mkdirSync(home);
    const env = { PATH: [bin, '/usr/bin', '/bin'].join(path.delimiter), HOME: home };
    const own = new GitRepository();
    try {
      own.commit({ 'm.py': '' });
      await assert.rejects(commitsOf(own.folder, env), (error) => {
        assert.ok(error instanceof UserError && !(error instanceof NoRepositoryError));
        assert.match(error.message, /belongs to another user/);
        assert.equal(
          commandLineStep(error.nextStep),
          `If you trust it, run in a terminal: git config --global --add safe.directory ${own.folder}`,
        );
        return true;
      });
      execFileSync(real, ['config', '--global', '--add', 'safe.directory', own.folder], {
        env: { HOME: home },
      });
      assert.equal((await commitsOf(own.folder, env)).length, 1);
    } finally {
      own.remove();
    }
  });

  it('says so where there is no git or no repository', async () => {
    const isNone = (words: RegExp) => (error: unknown) =>
      error instanceof NoRepositoryError && words.test(error.message);
    await assert.rejects(commitsOf(folder, { PATH: path.join(folder, 'none') }), isNone(/git was not found/));
    await assert.rejects(commitsOf(folder), isNone(/is not in a git repository/));
    const bare = path.join(folder, 'bare.git');
    execFileSync(real, ['init', '--quiet', '--bare', bare]);
    await assert.rejects(commitsOf(bare), isNone(/bare repository/));
    await assert.rejects(
      commitsOf(path.join(repository.folder, '.git')),
      isNone(/bare repository or lies inside/),
    );
  });
});
