import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { RunStore } from '../../../src/store/runStore.ts';
import { fakeFixture } from '../../support/fakeTrainer.ts';
import {
  buildFaults,
  ERRNO,
  runWithFault,
  type Errno,
  type Fault,
  type Outcome,
} from '../../support/faults.ts';
import { finishedRun } from '../../support/finishedRun.ts';
import { useFolder } from '../../support/folder.ts';
import { tinyRunArguments } from '../../support/tinyRun.ts';

const MINUTES = 60_000;
const ERRNOS = Object.keys(ERRNO) as Errno[];
/** A change that fails once, and a disk that stays as it is from then on. */
const LASTING = [(first: number) => first, () => Number.MAX_SAFE_INTEGER];

/** A command whose data folder refuses a change, again for each of its changes. */
interface Case {
  name: string;
  args: string[];
  /** The data folder before the command. */
  home: string;
  /** Every so many changes one is refused; all of them where it is 1. */
  stride: number;
  /** What must hold however the command ended. */
  holds?: (outcome: Outcome, home: string) => void;
}

describe('a disk that refuses a change', function () {
  this.timeout(60 * MINUTES);
  const folder = useFolder();
  let library: string;
  const cases: Case[] = [];

  before(async () => {
    library = buildFaults(folder());
    const { fixture } = fakeFixture(path.join(folder(), 'fake'));
    const train = tinyRunArguments(fixture);
    const trained = path.join(folder(), 'trained');
    assert.equal((await runWithFault(library, train, trained)).code, 0);
    const interrupted = path.join(folder(), 'interrupted');
    cpSync(trained, interrupted, { recursive: true });
    reopenLastStage(interrupted);
    const workspace = path.join(folder(), 'workspace');
    mkdirSync(workspace);
    writeFileSync(
      path.join(workspace, 'calc.py'),
      'def up(x):\n    """\n    >>> up(1)\n    2\n    """\n    return x + 1\n',
    );
    const empty = path.join(folder(), 'empty');
    mkdirSync(empty);
    const prepared = path.join(folder(), 'prepared');
    cpSync(trained, prepared, { recursive: true });
    rmSync(path.join(prepared, 'workspaces'), { recursive: true });
    const real = finishedRun(path.join(folder()));
    const place = ['--workspace', real.fixture.workspace];
    cases.push(
      {
        name: 'leti tasks list',
        args: ['tasks', 'list', workspace],
        home: empty,
        stride: 1,
        holds: ({ code, stdout }) => {
          assert.equal(code, 0, 'tasks that were found are shown');
          assert.match(stdout, /calc\.py:up/);
        },
      },
      { name: 'leti train', args: train, home: prepared, stride: 7, holds: storeIsWhole },
      { name: 'leti train, with the export', args: train, home: empty, stride: 23, holds: storeIsWhole },
      {
        name: 'leti train --resume',
        args: [...train.filter((arg) => arg !== '--json'), '--resume', 'last'],
        home: interrupted,
        stride: 3,
        holds: storeIsWhole,
      },
      { name: 'leti runs', args: ['runs', ...place], home: real.home, stride: 1 },
      {
        name: 'leti models promote',
        args: ['models', 'promote', newestModel(real.home), ...place],
        home: real.home,
        stride: 1,
      },
      { name: 'leti clean', args: ['clean'], home: real.home, stride: 1 },
    );
  });

  it('is told without a stack trace, and what is stored stays whole', async () => {
    for (const { name, args, home, stride, holds } of cases) {
      const place = path.join(folder(), 'tried');
      const tried = async (fault?: Fault): Promise<Outcome> => {
        rmSync(place, { recursive: true, force: true });
        cpSync(home, place, { recursive: true });
        return await runWithFault(library, args, place, fault);
      };
      const { changes, code, stderr } = await tried();
      assert.equal(code, 0, `${name}: ${stderr}`);
      const ends: Record<string, number> = {};
      for (let first = 1; first <= changes; first += stride) {
        for (const [index, until] of LASTING.entries()) {
          const errno = ERRNOS[(first + index) % ERRNOS.length] ?? 'ENOSPC';
          const fault = { first, last: until(first), errno };
          const outcome = await tried(fault);
          const where = `${name}, change ${first} of ${changes} ${index === 0 ? 'once' : 'and all later ones'}: ${errno}`;
          told(outcome, where);
          try {
            holds?.(outcome, place);
          } catch (error) {
            throw new Error(`${where}\n${outcome.stdout}${outcome.stderr}`, { cause: error });
          }
          const end = String(outcome.code);
          ends[end] = (ends[end] ?? 0) + 1;
        }
      }
      console.log(`      ${name}: ${changes} changes, exit codes ${JSON.stringify(ends)}`);
    }
  });
});

/** A failure has a sentence and a next step; neither is a stack trace. */
function told({ code, stderr }: Outcome, where: string): void {
  assert.ok(code === 0 || code === 1, `${where}: exit code ${code}\n${stderr}`);
  assert.doesNotMatch(stderr, /^\s+at .*:\d+:\d+\)?$/m, `${where}\n${stderr}`);
  assert.doesNotMatch(stderr, /Move the file away/, `${where}\n${stderr}`);
  if (code === 1) assert.ok(stderr.trim().split('\n').length >= 2, `${where}: no next step\n${stderr}`);
}

/** The store opens, and each of its runs can be read. */
function storeIsWhole(_outcome: Outcome, home: string): void {
  for (const workspace of workspacesOf(home)) {
    const store = new RunStore(path.join(home, 'workspaces', workspace, 'runs.sqlite'));
    try {
      assert.deepEqual(store.damagedRuns(), []);
      for (const { id } of store.runs()) for (const stage of store.stages(id)) store.samples(id, stage);
    } finally {
      store.close();
    }
  }
}

function workspacesOf(home: string): string[] {
  try {
    return readdirSync(path.join(home, 'workspaces'));
  } catch {
    // The first change of all was refused.
    return [];
  }
}

/** Makes a finished run one that was stopped before its last stage. */
function reopenLastStage(home: string): void {
  const [workspace = ''] = workspacesOf(home);
  const store = new RunStore(path.join(home, 'workspaces', workspace, 'runs.sqlite'));
  try {
    store.setStatus(store.runs()[0]?.id ?? '', 'interrupted');
  } finally {
    store.close();
  }
}

function newestModel(home: string): string {
  return readdirSync(path.join(home, 'models')).find((name) => /^[0-9a-f]{8,}$/.test(name)) ?? '';
}
