import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { BackendClient } from '../../support/backendClient.ts';
import { testInterpreter } from '../../support/executor.ts';
import { finishedRun } from '../../support/finishedRun.ts';
import { LetiProcess, trainerPython, type Fixture } from '../../support/tinyRun.ts';

/** Packages that LeTI's own processes import or start by name, beside the standard library. */
const PACKAGES = [
  'leti_runner',
  'leti_trainer',
  'numpy',
  'onnx',
  'pip',
  'pytest',
  'safetensors',
  'setuptools',
].concat([
  'sitecustomize',
  'tokenizers',
  'torch',
  'transformers',
  'usercustomize',
  'huggingface_hub',
  'tqdm',
]);
/** Commands that LeTI starts, and what they start. */
const TOOLS = [
  'git',
  'node',
  'nvidia-smi',
  'pip',
  'python',
  'python3',
  'rm',
  'sh',
  'ssh',
  'uname',
  'uv',
].concat(['python3.10', 'python3.11', 'python3.12', 'python3.13', 'ldconfig', 'gcc', 'cc', 'ld', 'lscpu']);

describe('a workspace with a booby trap for each module and tool', function () {
  this.timeout(300_000);
  let folder: string;
  let marker: string;
  let workspace: string;
  let home: string;
  let fixture: Fixture;
  let python: string;
  let env: NodeJS.ProcessEnv;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-traps-'));
    marker = path.join(folder, 'sprung');
    workspace = path.join(folder, 'workspace');
    mkdirSync(workspace);
    execFileSync('git', ['init', '-q', workspace]);
    mkdirSync(path.join(workspace, '.git', 'hooks'), { recursive: true });
    ({ home, fixture } = finishedRun(folder));
    python = await testInterpreter();
    const names = JSON.parse(
      execFileSync(
        python,
        ['-I', '-c', 'import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))'],
        {
          encoding: 'utf8',
        },
      ),
    ) as string[];
    for (const name of [...names, ...PACKAGES]) {
      const trap = `open(${JSON.stringify(marker)}, "a").write(${JSON.stringify(`module ${name}\n`)})\n`;
      writeFileSync(path.join(workspace, `${name}.py`), trap);
    }
    for (const name of [...TOOLS, path.join('.git', 'hooks', 'post-checkout')]) {
      const file = path.join(workspace, name);
      writeFileSync(file, `#!/bin/sh\necho "tool $0" >> ${marker}\nexit 1\n`);
      chmodSync(file, 0o755);
    }
    writeFileSync(path.join(workspace, 'uv.toml'), '[pip]\nindex-url = "http://127.0.0.1:9/"\n');
    writeFileSync(
      path.join(workspace, 'work.py'),
      'def double(x):\n    """\n    >>> double(2)\n    4\n    """\n    return x * 2\n',
    );
    writeFileSync(
      path.join(workspace, 'test_work.py'),
      'from work import double\n\ndef test_double():\n    assert double(3) == 6\n',
    );
    const first = JSON.parse(readFileSync(fixture.tasks, 'utf8').split('\n')[0] ?? '') as { id: string };
    const sample = { task_id: first.id, completion: '\n    return x + 1' };
    writeFileSync(path.join(workspace, 'samples.jsonl'), `${JSON.stringify(sample)}\n`);
    env = {
      PATH: `.${path.delimiter}${path.delimiter}${process.env['PATH'] ?? ''}`,
      PYTHONPATH: '',
      PYTHONSTARTUP: 'queue.py',
    };
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => {
    rmSync(marker, { force: true });
  });

  const sprung = (): string => (existsSync(marker) ? readFileSync(marker, 'utf8') : '');

  it('springs where a Python is started in it', () => {
    execFileSync(python, ['-c', 'import queue'], { cwd: workspace });
    execFileSync('/bin/sh', ['-c', 'uv || true'], { cwd: workspace, env });
    assert.match(sprung(), /module queue\n/);
    assert.match(sprung(), /tool .*uv\n/);
  });

  const trainer = ['--trainer-python', trainerPython()];
  const commands: Record<string, () => string[]> = {
    doctor: () => ['doctor', ...trainer],
    'tasks list': () => ['tasks', 'list', '.', '--run-tests', '--history'],
    complete: () => ['complete', 'work.py', '--line', '5', '--character', '11', '--verify', ...trainer],
    repair: () => ['repair', 'work.py', '--line', '1', '--samples', '1', ...trainer],
    execute: () => [
      'execute',
      '--tasks',
      fixture.tasks,
      '--samples',
      'samples.jsonl',
      '--out',
      '../results.jsonl',
    ],
    evaluate: () => [
      'evaluate',
      '--tasks',
      fixture.heldOut,
      '--model',
      fixture.model,
      '--samples',
      '1',
      ...trainer,
    ],
    'models list': () => ['models', 'list'],
    runs: () => ['runs'],
    'completions show': () => ['completions', 'show'],
    clean: () => ['clean'],
  };
  for (const [name, args] of Object.entries(commands)) {
    it(`does not spring for leti ${name}`, async () => {
      const leti = new LetiProcess(args(), home, undefined, true, { cwd: workspace, env });
      const { code } = await leti.ended;
      assert.equal(sprung(), '', leti.stderr);
      // Wrong usage would prove nothing.
      assert.ok(code !== 2, `${leti.stdout}${leti.stderr}`);
    });
  }

  it('does not spring for what the editor asks the backend', async () => {
    const client = new BackendClient(home, env, workspace);
    await client.initialize({ trusted: true });
    const place = { workspace, trainerPython: trainerPython() };
    await client.ask(REQUESTS.needs, place);
    await client.ask(REQUESTS.doctor, place);
    assert.ok((await client.ask(REQUESTS.tasks, place)).length > 0);
    await client.ask(REQUESTS.availableModels, place);
    await client.ask(REQUESTS.recordedCompletions, place);
    assert.equal(await client.close(), 0);
    assert.equal(sprung(), '');
  });
});
