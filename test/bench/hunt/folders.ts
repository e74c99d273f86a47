import { access, chmod, cp, mkdir, readdir, rm, stat, truncate } from 'node:fs/promises';
import path from 'node:path';
import { both, hasStack, says, type Answer, type Case, type Reproduction } from './case.ts';

/** Does something with a small file system mounted at `d`. Needs root. */
async function withMount(
  one: Case,
  options: string,
  work: (folder: string) => Promise<Answer>,
): Promise<Answer> {
  const folder = one.beside('disk');
  await mkdir(folder);
  await one.need('mount', ['-t', 'tmpfs', '-o', options, 'none', folder]);
  try {
    return await work(folder);
  } finally {
    await one.need('umount', [folder]);
  }
}

/** A command ends with this exit status, and says this. */
async function expects(one: Case, args: readonly string[], code: number, words: RegExp): Promise<Answer> {
  const result = await one.leti(args);
  const text = says(result);
  return {
    got: `exit ${result.code}: ${text.slice(0, 70)}`,
    ok: result.code === code && words.test(text) && !hasStack(text),
  };
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}

export const FOLDERS: Readonly<Record<string, Reproduction>> = {
  'd01-full-disk-list': {
    expected: 'the task, and that it is not remembered',
    run: async (one) =>
      await withMount(one, 'size=64k', async (folder) => {
        await one.run('dd', ['if=/dev/zero', `of=${folder}/fill`, 'bs=1k', 'count=64']);
        const result = await one.leti(['tasks', 'list', 'ws'], { LETI_HOME: path.join(folder, 'leti') });
        const text = says(result);
        return { got: text, ok: /^\d+ tasks?$/m.test(text) && !hasStack(text) && text.includes('space') };
      }),
  },
  'd02-full-disk-train': {
    expected: 'no space left; the store stays where it is',
    run: async (one) =>
      await withMount(one, 'size=64k', async (folder) => {
        const env = { LETI_HOME: path.join(folder, 'leti') };
        await one.leti(['tasks', 'list', 'ws'], env);
        const trained = says(await one.leti(['train', 'ws'], env));
        const listed = says(await one.leti(['runs', '--workspace', 'ws'], env));
        const text = `${trained} / ${listed}`;
        return {
          got: text,
          ok: trained.includes('space') && !text.includes('Move the file away') && !hasStack(text),
        };
      }),
  },
  'd03-read-only-home': {
    expected: 'messages; doctor says FAIL',
    run: async (one) =>
      await withMount(one, 'size=64k', async (folder) => {
        await one.need('mount', ['-o', 'remount,ro', folder]);
        const env = { LETI_HOME: path.join(folder, 'leti') };
        const said: string[] = [];
        for (const args of [
          ['tasks', 'list', 'ws'],
          ['doctor', 'ws'],
          ['train', 'ws'],
          ['complete', 'ws/calc.py', '--line', '1', '--character', '4'],
        ]) {
          said.push(says(await one.leti(args, env)));
        }
        const stacks = said.filter(hasStack).length;
        const fails = (said[1] ?? '').includes('FAIL');
        return {
          got: `${stacks} stack traces, doctor ${fails ? 'fails' : 'passes'}`,
          ok: stacks === 0 && fails,
        };
      }),
  },
  'd05-environment-before-tasks': {
    expected: 'no tasks, or no GPU; nothing is fetched',
    run: async (one) => {
      const tasks = await expects(one, ['train', 'ws'], 1, /No usable tasks/);
      const gpu = await expects(one, ['train', 'ws', '--device', 'cuda'], 2, /No usable tasks|CUDA|NVIDIA/);
      const fetched = await exists(path.join(one.home, 'environments'));
      return both(tasks, gpu, { got: fetched ? 'an environment was made' : 'nothing fetched', ok: !fetched });
    },
  },
  'd06-exit-codes': {
    expected: 'exit 2, three times',
    run: async (one) =>
      both(
        await expects(one, ['tasks', 'list', '--bogus'], 2, /bogus/),
        await expects(one, ['tasks', 'export', '.'], 2, /out/),
        await expects(one, ['tasks', 'list', '.', '--commits', 'x'], 2, /commits/),
      ),
  },
  'd08-repair-missing-file': {
    expected: 'the file does not exist; it has 1 line',
    run: async (one) =>
      both(
        await expects(one, ['repair', 'nofile.py', '--line', '0'], 2, /does not exist|cannot be read/),
        await expects(one, ['repair', 'a.py', '--line', '99'], 2, /has \d+ lines?/),
      ),
  },
  'd09-damaged-export': {
    expected: 'it repairs the export, or names the folder to delete',
    needsModel: true,
    run: async (one) => {
      const home = one.beside('copy');
      await cp(one.home, home, { recursive: true });
      const files = await readdir(home, { recursive: true });
      const data = files.find((file) => file.endsWith('int8/model.onnx.data'));
      if (data === undefined) throw new Error('--home holds no export');
      await one.write('a.py', 'def double(x):\n    \n');
      const complete = ['complete', 'a.py', '--line', '1', '--character', '4', '--model', 'default'];
      const file = path.join(home, data);
      await chmod(file, 0o644);
      const { size } = await stat(file);
      await truncate(file, Math.floor(size / 2));
      const cut = says(await one.leti(complete, { LETI_HOME: home }));
      await rm(path.join(path.dirname(file), 'genai_config.json'), { force: true });
      const gone = says(await one.leti(complete, { LETI_HOME: home }));
      const advice = /Export the model again|Convert or download the model again/;
      return {
        got: `${cut} / ${gone}`,
        ok: ![cut, gone].some((text) => advice.test(text) || hasStack(text)),
      };
    },
  },
  'd10-all-texts-too-long': {
    expected: 'before sampling: the tasks are longer than what is trained on',
    needsModel: true,
    run: async (one) => {
      await one.write('t.jsonl', await one.need(one.python, ['make.py']));
      const options = ['--samples', '2', '--objective', 'sft', '--rounds', '1'];
      const result = await one.leti(['train', '.', '--tasks', 't.jsonl', ...options]);
      return { got: says(result).slice(-200), ok: result.code !== 0 && says(result).includes('tokens') };
    },
  },
  'd11-small-things': {
    expected: '`1 task`; a file is no folder; no character 99; a folder without Python is told',
    run: async (one) => {
      await one.write(
        'one.py',
        'def double(x):\n    """Twice x.\n\n    >>> double(2)\n    4\n    >>> double(3)\n    6\n    """\n    return x + x\n',
      );
      await mkdir(one.at('empty'));
      return both(
        await expects(one, ['tasks', 'list', '.'], 0, /^1 task$/m),
        await expects(one, ['doctor', 'one.py'], 2, /folder/),
        await expects(one, ['complete', 'one.py', '--line', '0', '--character', '99'], 2, /character/),
        await expects(one, ['tasks', 'list', 'empty'], 0, /0 tasks\s*\S+/),
      );
    },
  },
};
