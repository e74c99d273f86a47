import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LetiProcess, tinyFixture, trainerPython, type Fixture } from '../../support/tinyRun.ts';

/** A command that must be refused: exit code, what the message names, and its next step. */
interface Refusal {
  name: string;
  args: (fixture: Fixture) => string[];
  code: number;
  says: RegExp;
}

const REFUSALS: Refusal[] = [
  {
    name: 'an interpreter that does not exist',
    args: ({ workspace }) => ['train', workspace, '--python', '/nowhere/python'],
    code: 2,
    says: /\/nowhere\/python cannot be used: it does not run[^]*--python/,
  },
  {
    name: 'an interpreter that is something else',
    args: ({ workspace, folder }) => ['train', workspace, '--python', path.join(folder, 'broken-python')],
    code: 2,
    says: /broken-python cannot be used: it does not answer like a Python/,
  },
  {
    name: 'a workspace that does not exist',
    args: () => ['train', '/nowhere/workspace'],
    code: 2,
    says: /The workspace folder \/nowhere\/workspace does not exist/,
  },
  {
    name: 'a workspace without tasks',
    args: ({ workspace }) => ['train', workspace, '--trainer-python', trainerPython()],
    code: 1,
    says: /No usable tasks in [^]*leti tasks list/,
  },
  {
    name: 'a workspace without tasks, before the environment is made',
    args: ({ workspace }) => ['train', workspace],
    code: 1,
    says: /^(?![^]*environment)[^]*No usable tasks in/,
  },
  {
    name: 'a GPU that is not there, before the tasks are looked for',
    args: ({ workspace }) => ['train', workspace, '--device', 'cuda'],
    code: 2,
    says: /^(?![^]*environment)[^]*no NVIDIA GPU/,
  },
  {
    name: 'an unknown option of a subcommand',
    args: () => ['tasks', 'list', '--bogus'],
    code: 2,
    says: /unknown option '--bogus'/,
  },
  {
    name: 'a subcommand without the option that it needs',
    args: () => ['tasks', 'export', '.'],
    code: 2,
    says: /required option/,
  },
  {
    name: 'an unknown subcommand',
    args: () => ['models', 'bogus'],
    code: 2,
    says: /unknown command|too many arguments/,
  },
  {
    name: 'a file that does not exist',
    args: ({ workspace }) => [
      'repair',
      path.join(workspace, 'nofile.py'),
      '--line',
      '0',
      '--workspace',
      workspace,
    ],
    code: 2,
    says: /nofile\.py does not exist/,
  },
  {
    name: 'a line beyond the end of a file',
    args: ({ folder }) => ['repair', path.join(folder, 'one.py'), '--line', '99', '--workspace', folder],
    code: 2,
    says: /one\.py has 1 line, so it has no line 99/,
  },
  {
    name: 'a character beyond the end of a line',
    args: ({ folder }) => ['complete', path.join(folder, 'one.py'), '--line', '0', '--character', '99'],
    code: 2,
    says: /Line 0 of [^]*one\.py has 5 characters/,
  },
  {
    name: 'a malformed task line',
    args: ({ workspace, folder }) => [
      'train',
      workspace,
      '--tasks',
      path.join(folder, 'malformed.jsonl'),
      '--trainer-python',
      trainerPython(),
    ],
    code: 2,
    says: /malformed\.jsonl:2/,
  },
  {
    name: 'a task file that does not exist',
    args: ({ workspace }) => [
      'train',
      workspace,
      '--tasks',
      '/nowhere/tasks.jsonl',
      '--trainer-python',
      trainerPython(),
    ],
    code: 2,
    says: /\/nowhere\/tasks\.jsonl/,
  },
  {
    name: 'a model folder with damaged weights',
    args: (fixture) => [...train(fixture), '--model', path.join(fixture.folder, 'damaged-model')],
    code: 2,
    says: /model\.safetensors are damaged[^]*--model/,
  },
  {
    name: 'a model folder without a tokenizer',
    args: (fixture) => [...train(fixture), '--model', path.join(fixture.folder, 'incomplete-model')],
    code: 2,
    says: /incomplete-model is incomplete: tokenizer\.json is missing/,
  },
  {
    name: 'a model that is nothing',
    args: (fixture) => [...train(fixture), '--model', 'nonsense'],
    code: 2,
    says: /There is no model "nonsense"[^]*hub id/,
  },
  {
    name: 'a mistyped model folder, without asking the network',
    args: (fixture) => [...train(fixture), '--model', './missing'],
    code: 2,
    says: /There is no model "\.\/missing"/,
  },
  {
    name: 'a mistyped model in a folder that is there, without asking the network',
    args: (fixture) => [...train(fixture), '--model', 'src/missing'],
    code: 2,
    says: /There is no model "src\/missing"/,
  },
  {
    name: 'a hub model without a network',
    args: (fixture) => [...train(fixture), '--model', 'owner/name'],
    code: 1,
    says: /owner\/name cannot be downloaded[^]*network/,
  },
  {
    name: 'a trainer environment that is none',
    args: (fixture) => [...train(fixture), '--trainer-python', '/nowhere/python'],
    code: 2,
    says: /\/nowhere\/python does not run[^]*--trainer-python/,
  },
  {
    name: 'a workspace that is a file',
    args: ({ folder }) => ['doctor', path.join(folder, 'one.py')],
    code: 2,
    says: /one\.py is not a folder/,
  },
  {
    name: 'tasks that are all too long, before anything is sampled',
    args: ({ workspace, folder, model }) => [
      ...['train', workspace, '--tasks', path.join(folder, 'long.jsonl'), '--model', model],
      ...['--trainer-python', trainerPython()],
    ],
    code: 1,
    says: /^(?![^]*sample\/1)[^]*All training tasks are too long: LeTI trains on texts of 768 tokens, and the shortest task has \d{4}/,
  },
  {
    name: 'a run that does not exist',
    args: ({ workspace }) => ['train', workspace, '--resume', 'nonsense'],
    code: 2,
    says: /There is no run nonsense[^]*leti runs/,
  },
  {
    name: 'a number that is none',
    args: ({ workspace }) => ['train', workspace, '--rounds', 'many'],
    code: 2,
    says: /--rounds[^]*whole number/,
  },
  {
    name: 'samples of an unknown task',
    args: ({ tasks, folder }) => [
      'execute',
      '--tasks',
      tasks,
      '--samples',
      path.join(folder, 'samples.jsonl'),
    ],
    code: 2,
    says: /samples\.jsonl:1: expected a task of [^]*found task_id "nobody"/,
  },
  {
    name: 'a file for results that cannot be written, before the model is looked for',
    args: ({ tasks }) => [
      ...['evaluate', '--tasks', tasks, '--model', 'nonsense', '--out', '/nowhere/samples.jsonl'],
      ...['--trainer-python', trainerPython()],
    ],
    code: 2,
    says: /\/nowhere\/samples\.jsonl cannot be written: ENOENT[^]*folder that exists/,
  },
  {
    name: 'a folder where results are to be written',
    args: ({ tasks, folder }) => [
      ...['execute', '--tasks', tasks, '--samples', path.join(folder, 'samples.jsonl'), '--out', folder],
    ],
    code: 2,
    says: /cannot be written: it is a folder/,
  },
  {
    name: 'a rollback without a promotion',
    args: ({ workspace }) => ['models', 'rollback', '--workspace', workspace],
    code: 2,
    says: /no earlier model to roll back to/,
  },
];

describe('bad input on the command line', function () {
  this.timeout(120_000);
  let folder: string;
  let fixture: Fixture;

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-bad-input-'));
    // Nothing listens there.
    process.env['HF_ENDPOINT'] = 'http://127.0.0.1:9';
    fixture = tinyFixture(folder);
    writeFileSync(path.join(folder, 'broken-python'), '#!/bin/sh\necho nonsense\n');
    chmodSync(path.join(folder, 'broken-python'), 0o755);
    writeFileSync(
      path.join(folder, 'malformed.jsonl'),
      '{"text": "t", "code": "c", "task_id": 1, "test_setup_code": "", "test_list": ["assert f() == 1"], "challenge_test_list": []}\n{"text": \n',
    );
    writeFileSync(path.join(folder, 'one.py'), 'x = 1');
    const helpers = Array.from(
      { length: 120 },
      (_, index) => `def helper_${index}(value):\n    return value + ${index}\n`,
    );
    const long = {
      ...{
        id: 'long',
        source: 'file',
        name: 'times',
        instruction: 'Write times.',
        hole: 'body',
        indent: 4,
        setup: '',
      },
      ...{ prefix: `${helpers.join('\n')}\ndef times(x):`, family: 'long' },
      checks: [{ kind: 'statements', source: 'assert times(3) == 6' }],
    };
    writeFileSync(path.join(folder, 'long.jsonl'), JSON.stringify(long) + '\n');
    writeFileSync(path.join(folder, 'samples.jsonl'), '{"task_id": "nobody", "completion": "pass"}\n');
    cpSync(fixture.model, path.join(folder, 'damaged-model'), { recursive: true });
    truncateSync(path.join(folder, 'damaged-model', 'model.safetensors'), 2000);
    cpSync(fixture.model, path.join(folder, 'incomplete-model'), { recursive: true });
    rmSync(path.join(folder, 'incomplete-model', 'tokenizer.json'));
  });

  after(() => {
    delete process.env['HF_ENDPOINT'];
    rmSync(folder, { recursive: true, force: true });
  });

  for (const refusal of REFUSALS) {
    it(`is refused: ${refusal.name}`, async () => {
      const home = path.join(folder, 'home');
      mkdirSync(home, { recursive: true });
      const process = new LetiProcess(refusal.args(fixture), home);
      const { code } = await process.ended;
      assert.match(process.stderr, refusal.says);
      assert.equal(code, refusal.code, process.stderr);
      assert.doesNotMatch(process.stderr, /\n\s+at /, 'a stack trace is no message for users');
      assert.deepEqual(unfinished(home), []);
    });
  }
});

function train({ workspace, tasks, heldOut }: Fixture): string[] {
  return ['train', workspace, '--tasks', tasks, '--held-out', heldOut, '--trainer-python', trainerPython()];
}

/** Half-written folders and files that a refused command left. */
function unfinished(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tmp'));
}
