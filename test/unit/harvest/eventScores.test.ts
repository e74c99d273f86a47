import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { answersOf } from '../../../scripts/eventScores.ts';
import { eventTask } from '../../../src/core/events.ts';
import { argumentScores } from '../../../src/core/argumentScores.ts';
import type { Sample } from '../../../src/protocol/run.ts';
import { UserError } from '../../../src/protocol/errors.ts';

const TASK = eventTask(
  {
    id: 'x',
    family: 'x',
    sentence: 'Ada met Bo.',
    event: { name: 'Meeting', about: 'People talk.', roles: { who: ['Person'] } },
    arguments: [
      { role: 'who', entity: 'Person', text: 'Ada' },
      { role: 'who', entity: 'Person', text: 'Bo' },
    ],
  },
  'def verify(value): ...',
);

function sample(completion: string, parts: Partial<Sample> = {}): Sample {
  return {
    taskId: 'x',
    sample: 0,
    decoded: completion,
    completion,
    verdict: 'failed',
    errorType: 'AssertionError',
    feedback: '',
    checksPassed: 0,
    checksTotal: 1,
    hash: '',
    tokens: 1,
    finish: 'stop',
    sealed: true,
    durationMs: 1,
    ...parts,
  };
}

describe('the scores of stored samples', () => {
  let folder = '';
  const write = async (name: string, ...lines: object[]): Promise<string> => {
    const file = path.join(folder, name);
    await writeFile(file, lines.map((line) => JSON.stringify(line) + '\n').join(''));
    return file;
  };
  const correct = async (...files: string[]): Promise<[string, number, number][]> =>
    [...(await answersOf(files))].map(([stage, answers]) => {
      const { correct: right, gold } = argumentScores(answers).classification;
      return [stage, right, gold];
    });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leti-scores-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const half = sample('who=[Person("Ada"), Person("Cy")])');
  const otherwise = sample('**{"who": [Person("Ada"), Person("Bo")]})', { verdict: 'passed' });

  it('come from a task file and what an evaluation wrote; what passed is right however it is built', async () => {
    const tasks = await write('tasks.jsonl', TASK);
    const samples = await write('samples.jsonl', half, otherwise, { ...otherwise, verdict: 'failed' });
    assert.deepEqual(await correct(tasks, samples), [['evaluate', 3, 6]]);
  });

  it('come from an exported run, stage by stage', async () => {
    const run = await write(
      'run.jsonl',
      { kind: 'run', report: {} },
      { kind: 'task', side: 'train', task: TASK },
      { kind: 'sample', stage: 'sample/1', sample: half },
      { kind: 'sample', stage: 'sample/2', sample: sample(TASK.reference ?? '') },
    );
    assert.deepEqual(await correct(run), [
      ['sample/1', 1, 2],
      ['sample/2', 2, 2],
    ]);
  });

  it('need the tasks, and say which one is missing', async () => {
    const samples = await write('samples.jsonl', half);
    await assert.rejects(answersOf([samples]), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /samples\.jsonl:1: no file holds the task "x"/);
      return true;
    });
    await assert.rejects(answersOf([await write('tasks.jsonl', TASK)]), /tasks\.jsonl: no sample was found/);
  });
});
