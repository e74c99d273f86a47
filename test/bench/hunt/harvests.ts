import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { both, found, foundOr, type Answer, type Case, type Reproduction } from './case.ts';

/** A case whose tasks are exactly these. */
function tasks(ids: readonly string[], ...options: string[]): Reproduction {
  return {
    expected: `tasks: ${ids.join(', ')}`,
    run: async (one) => found(await one.tasks(['--python', one.python, ...options]), ids),
  };
}

/** Whether a function's reason has these words. */
async function reason(one: Case, id: string, words: RegExp): Promise<Answer> {
  const listed = await one.tasks(['--python', one.python]);
  const found = listed.dropped.find((drop) => drop.id === id)?.reason ?? 'it is a task';
  return { got: `${id}: ${found}`, ok: words.test(found) };
}

const NUM = 'pkg/num.py:inc';
const ALPHA = 'packages/alpha/src/alpha/text.py:initials';
const BETA = 'packages/beta/src/beta/text.py:badge';

export const HARVESTS: Readonly<Record<string, Reproduction>> = {
  'h01-gitignore-anchored': {
    expected: `tasks: ${NUM}`,
    run: async (one) => {
      await rename(one.at('gitignore'), one.at('.gitignore'));
      return found(await one.tasks(['--python', one.python]), [NUM]);
    },
  },
  'h02-gitignore-remembered': {
    expected: '1 task, 0 tasks, 1 task',
    run: async (one) => {
      const list = async (ids: readonly string[]): Promise<Answer> =>
        found(await one.tasks(['--python', one.python]), ids);
      const before = await list([NUM]);
      await one.write('.gitignore', 'num.py\n');
      const ignored = await list([]);
      await rm(one.at('.gitignore'));
      return both(before, ignored, await list([NUM]));
    },
  },
  'h03-overload': tasks(['conv.py:pick']),
  'h06-tampered-unclosed-file': tasks([
    'lines.py:Reader.count',
    'lines.py:Reader.open',
    'lines.py:Opener.make',
  ]),
  'h08-tampered-testmod': tasks(['stack.py:Stack.size', 'stack.py:Stack.pop', 'stack.py:Stack.push']),
  'h10-project-is-a-pytest-plugin': {
    expected: '3 tasks; with --run-tests too',
    run: async (one) => {
      const python = await one.environment('pytest');
      await one.need(python, ['-m', 'pip', 'install', '-q', '.']);
      const names = ['Meter.add', 'Meter.pretty', 'feet'].map((name) => `src/mytool/core.py:${name}`);
      const plain = found(await one.tasks(), names);
      return both(plain, found(await one.tasks(['--run-tests']), names));
    },
  },
  'h12-test-uses-own-file': tasks(['place.py:is_file', 'place.py:first_line']),
  'h14-doctest-flags': tasks(['grid.py:table', 'grid.py:third']),
  'h16-module-doctest': tasks(['num.py:clean', 'num.py:check']),
  'h18-workspace-of-packages': {
    expected: `tasks: ${ALPHA}, ${BETA}; with --run-tests too`,
    run: async (one) => {
      await packages(one);
      const plain = found(await one.tasks(), [ALPHA, BETA]);
      return both(plain, found(await one.tasks(['--run-tests']), [ALPHA, BETA]));
    },
  },
  'h19-sibling-editable': {
    expected: 'task badge, or that alpha is installed from a folder that programs may not read',
    run: async (one) => {
      // It has no files of its own: it takes those of h18, which lies beside it.
      await one.need('cp', ['-r', one.sibling('h18-workspace-of-packages', 'packages'), one.folder]);
      const python = await packages(one);
      const listed = await one.tasks(['--python', python], 'packages/beta');
      return foundOr(listed, ['src/beta/text.py:badge'], /alpha, which is installed from .*may not read/);
    },
  },
  'h21-pythonpath-of-pytest': tasks(['lib/shop/__init__.py:vat']),
  'h23-tests-of-a-base-class': tasks(['shape.py:area', 'shape.py:edge', 'shape.py:diag2'], '--run-tests'),
  'h25-skipped-unittest': {
    expected: 'its tests are skipped today: needs the network',
    run: async (one) =>
      both(
        await reason(one, 'net.py:name_of', /skipped.*needs the network/),
        await reason(one, 'net.py:upper', /skipped.*needs the network/),
      ),
  },
  'h26-interrupted-harvest': {
    expected: 'what was checked before Ctrl-C is kept',
    run: async (one) => {
      await one.need(one.python, ['make.py']);
      const first = await until(one, 4);
      const second = await one.leti(['tasks', 'list', '.', '--json', '--python', one.python]);
      const start = progressOf(second.stdout)[0] ?? 0;
      return {
        got: `stopped at ${first} of 16, continued at ${start}`,
        ok: first >= 4 && start >= first - 1,
      };
    },
  },
  'h27-bytecode-in-the-environment': {
    expected: 'no new file in the workspace',
    run: async (one) => {
      await one.environment('setuptools');
      await one.run('sh', ['-c', 'find .venv -name __pycache__ -exec rm -r {} +']);
      const before = await readdir(one.folder, { recursive: true });
      await one.leti(['doctor', '.']);
      const after = await readdir(one.folder, { recursive: true });
      const fresh = after.filter((file) => !before.includes(file));
      return { got: `${fresh.length} new files ${fresh.slice(0, 2).join(' ')}`, ok: fresh.length === 0 };
    },
  },
  'h28-large-package': {
    expected: 'tasks: big/own.py:inc',
    run: async (one) => {
      await one.need(one.python, ['make.py']);
      return found(await one.tasks(['--python', one.python]), ['big/own.py:inc']);
    },
  },
  'h29-alias-of-a-class': tasks(['bag.py:MultiBag.put', 'bag.py:MultiBag.tally']),
  'h31-compiled-extension': {
    expected: '2 tasks, or that the compiled module is not there',
    run: async (one) => {
      const python = await one.environment('pytest', 'setuptools');
      await one.need(python, ['setup.py', 'build_ext', '--inplace']);
      const ids = ['pkg/calc.py:thrice', 'pkg/calc.py:sign'];
      return foundOr(await one.tasks(), ids, /needs the compiled module pkg\._speed/);
    },
  },
};

/** An environment with both packages of h18, editable. */
async function packages(one: Case): Promise<string> {
  const python = await one.environment('pytest');
  const folders = ['alpha', 'beta'].flatMap((name) => ['-e', path.join('packages', name)]);
  await one.need(python, ['-m', 'pip', 'install', '-q', '--no-deps', ...folders]);
  return python;
}

/** How many tasks each line of progress counts. */
function progressOf(text: string): number[] {
  return [...text.matchAll(/"phase":"checking tasks","done":(\d+)/g)].map(([, done]) => Number(done));
}

/** Interrupts a search for tasks once so many are checked; gives how many were. */
async function until(one: Case, wanted: number): Promise<number> {
  const { child, lines } = one.start(['tasks', 'list', '.', '--json', '--python', one.python]);
  let seen = 0;
  for await (const line of lines) {
    seen = progressOf(line).at(-1) ?? seen;
    if (seen >= wanted) child.kill('SIGINT');
  }
  return seen;
}
