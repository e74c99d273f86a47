import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { Git, NoRepositoryError, UnreadableError } from '../../../src/harvest/history/git.ts';
import { harvestWorkspace, type Harvest } from '../../../src/harvest/workspace.ts';
import { GitRepository, listing } from '../../support/gitRepository.ts';
import { idsOf, reasonOf, useHarvester } from './support.ts';

describe('repositories that are not whole', function () {
  this.timeout(120_000);
  const harvester = useHarvester();
  const folder = mkdtempSync(path.join(tmpdir(), 'leti-repositories-'));
  let source: GitRepository;
  let commits: string[];
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Harvests a folder and checks that no byte below it has changed. */
  const harvest = async (
    workspace: string,
    commits = 100,
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<Harvest & { notices: string[] }> => {
    const before = listing(workspace);
    const notices: string[] = [];
    try {
      const found = await harvestWorkspace({
        workspace,
        interpreter: harvester.interpreter,
        executor: harvester.executor,
        history: { git: new Git({ folder: workspace, env }), commits },
        onNotice: (message) => notices.push(message),
      });
      return { ...found, notices };
    } finally {
      assert.deepEqual(listing(workspace), before, 'the folder was changed');
    }
  };
  const at = (id: string, commit: number): string => `${id}@${commits[commit]?.slice(0, 12) ?? ''}`;
  const cloned = (name: string, ...options: string[]): string => {
    const to = path.join(folder, name);
    source.git('clone', '--quiet', ...options, `file://${source.folder}`, to);
    return to;
  };
  const copied = (name: string): GitRepository => {
    source.git('clone', '--quiet', '--no-hardlinks', source.folder, path.join(folder, name));
    return new GitRepository(path.join(folder, name));
  };
  const damage = (repository: GitRepository, object: string): void => {
    const file = path.join(repository.folder, '.git/objects', object.slice(0, 2), object.slice(2));
    chmodSync(file, 0o644);
    writeFileSync(file, 'damaged');
  };

  before(() => {
    source = new GitRepository(mkdtempSync(path.join(folder, 'source-')));
    source.git('config', 'uploadpack.allowFilter', 'true');
    const step = (number: number): Record<string, string> => ({
      'app/m.py': `def f(x):\n    return x + ${number}\n`,
      'app/test_m.py': `from app.m import f\ndef test_f():\n    assert f(1) == ${number + 1}\n`,
    });
    commits = [1, 2, 3].map((number) => source.commit(step(number)).hash);
    source.commit({ 'app/m.py': 'def f(x):\n    return x\n', 'docs/n.py': 'x = 1\n' });
  });

  it('has whole ones to compare with', async () => {
    assert.deepEqual(
      idsOf(await harvest(source.folder)),
      [0, 1, 2].map((one) => at('app/m.py:f', one)).sort(),
    );
  });

  it('says where a shallow clone ends', async () => {
    const found = await harvest(cloned('shallow', '--depth=3'));
    assert.deepEqual(idsOf(found), [at('app/m.py:f', 2)]);
    assert.match(reasonOf(found, commits[1]!.slice(0, 12)), /the clone is shallow/);
  });

  it('fetches nothing into a partial clone', async () => {
    const clone = cloned('partial', '--filter=blob:none');
    await assert.rejects(harvest(clone), /is a partial clone/);
    const { notices } = await harvest(clone, 0);
    assert.match(notices.join(), /is a partial clone.*Held-out tasks are drawn/);
  });

  it('looks at all of a sparse checkout, with its index locked, in the middle of a merge', async () => {
    const own = copied('sparse');
    own.git('checkout', '--quiet', '-b', 'side', 'HEAD~1');
    own.commit({ 'docs/n.py': 'x = 2\n' });
    own.git('checkout', '--quiet', 'main');
    assert.throws(() => own.git('merge', '--quiet', 'side'));
    assert.match(own.git('status', '--porcelain'), /AA docs\/n\.py/);
    own.git('config', 'core.sparseCheckout', 'true');
    own.write({ '.git/info/sparse-checkout': 'docs\n', '.git/index.lock': '', 'app/m.py': null });
    assert.deepEqual(idsOf(await harvest(own.folder)), [0, 1, 2].map((one) => at('app/m.py:f', one)).sort());
  });

  it('names what is damaged, and reads the rest', async () => {
    const own = copied('damaged');
    damage(own, own.git('rev-parse', `${commits[1] ?? ''}:app/m.py`));
    const found = await harvest(own.folder);
    assert.deepEqual(idsOf(found), [at('app/m.py:f', 0), at('app/m.py:f', 2)].sort());
    assert.match(reasonOf(found, at('app/m.py', 1)), /git cannot read its content|is not in the repository/);

    damage(own, commits[1]!);
    await assert.rejects(harvest(own.folder), (error) => {
      assert.ok(error instanceof UnreadableError);
      assert.match(
        `${error.message} ${commandLineStep(error.nextStep)}`,
        /git could not read the repository.*git fsck/,
      );
      return true;
    });
  });

  it('finds the tasks of today where the history cannot be read, and says what that means', async () => {
    const own = copied('today');
    own.write({ 'app/test_m.py': 'from app.m import f\ndef test_f():\n    assert f(1) == 1\n' });
    damage(own, commits[1]!);
    const found = await harvest(own.folder, 0);
    assert.deepEqual(idsOf(found), ['app/m.py:f']);
    assert.equal(found.notices.length, 1);
    assert.match(found.notices[0]!, /could not read the repository.*Held-out tasks are drawn/);
  });

  it('takes a folder without git, without a repository or without commits for what it is', async () => {
    const plain = mkdtempSync(path.join(folder, 'plain-'));
    writeFileSync(path.join(plain, 'm.py'), 'def f(x):\n    return x + 1\n');
    writeFileSync(path.join(plain, 'test_m.py'), 'from m import f\ndef test_f():\n    assert f(1) == 2\n');
    const noGit = { PATH: path.join(folder, 'none') };
    for (const env of [process.env, noGit]) {
      const { tasks, notices } = await harvest(plain, 0, env);
      assert.deepEqual(
        tasks.map(({ id, changedAt }) => [id, changedAt]),
        [['m.py:f', undefined]],
      );
      assert.deepEqual(notices, []);
      await assert.rejects(harvest(plain, 5, env), NoRepositoryError);
    }
    const unborn = new GitRepository(plain);
    const found = await harvest(unborn.folder, 5);
    assert.deepEqual(idsOf(found), ['m.py:f']);
    assert.deepEqual(found.notices, []);
  });
});
