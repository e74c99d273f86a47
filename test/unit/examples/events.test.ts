import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { aceTasks } from '../../../examples/events/ace.ts';
import { eventTask, extractedEvent, type ExtractedEvent } from '../../../examples/events/events.ts';
import { answersOf, argumentScores } from '../../../examples/events/scores.ts';
import { UserError } from '../../../src/protocol/errors.ts';
import type { Sample } from '../../../src/protocol/run.ts';
import { aceLines } from '../../support/ace.ts';

const MEETING = eventTask({
  id: 'x',
  family: 'x',
  sentence: 'Ada said "no" to "Bo"',
  event: { name: 'Meeting', about: 'People talk.', roles: { who: ['Person', 'Firm'], place: ['Place'] } },
  arguments: [
    { role: 'who', entity: 'Person', text: 'Ada' },
    { role: 'who', entity: 'Firm', text: '"Bo"' },
  ],
});
const of = (completion: string): ExtractedEvent | undefined => extractedEvent(MEETING.prefix + completion);

describe('an event as a task', () => {
  it('shows classes and sentence, and asks for the rest of the call', () => {
    const [, shown] = MEETING.prefix.split('\n@dataclass\nclass Meeting:\n');
    assert.equal(
      shown,
      '    """People talk."""\n    who: list[Person | Firm] = field(default_factory=list)\n' +
        '    place: list[Place] = field(default_factory=list)\n\n\n' +
        'def event():\n    """Ada said "no" to "Bo\\""""\n    return Meeting(',
    );
    assert.equal(MEETING.reference, 'who=[Person("Ada"), Firm("\\"Bo\\"")])');
    assert.match(JSON.stringify(MEETING.checks), /GOLD = .*\(\\"Person\\", \\"Ada\\"\)/);
  });
});

describe('extractedEvent', () => {
  it('reads what a program constructs', () => {
    assert.deepEqual(of(MEETING.reference ?? ''), {
      type: 'Meeting',
      arguments: [
        { role: 'who', text: 'Ada' },
        { role: 'who', text: '"Bo"' },
      ],
    });
    // By position, by the entity's field, one entity without a list, other quotes, a comment.
    assert.deepEqual(
      of("\n        [Person(text='Ada\\x21')],  # who\n        place=Place('''a\\'b'''),\n    )"),
      {
        type: 'Meeting',
        arguments: [
          { role: 'who', text: 'Ada!' },
          { role: 'place', text: "a'b" },
        ],
      },
    );
    assert.deepEqual(of(')'), { type: 'Meeting', arguments: [] });
  });

  it('keeps what is no literal as wrong, and finds no event where none is constructed', () => {
    assert.deepEqual(of('who=[Person(name), "Ada", Person(f"{x}"), Person("a", "b")])')?.arguments, [
      { role: 'who', text: undefined },
      { role: 'who', text: undefined },
      { role: 'who', text: undefined },
      { role: 'who', text: undefined },
    ]);
    assert.equal(extractedEvent('def event():\n    return 3'), undefined);
    assert.equal(extractedEvent('def event('), undefined);
  });
});

describe('argumentScores', () => {
  const gold: ExtractedEvent = {
    type: 'Sale',
    arguments: [
      { role: 'seller', text: 'Ada' },
      { role: 'buyer', text: 'Bo' },
      { role: 'price', text: '3' },
    ],
  };
  const scores = (predicted: ExtractedEvent | undefined): number[] => {
    const { identification, classification } = argumentScores([{ gold, predicted }]);
    return [identification.correct, classification.correct, identification.predicted];
  };

  it('tell words from roles, and count each argument once', () => {
    assert.deepEqual(scores(gold), [3, 3, 3]);
    assert.deepEqual(scores(undefined), [0, 0, 0]);
    assert.deepEqual(scores({ ...gold, type: 'Gift' }), [0, 0, 3]);
    const twice = { role: 'seller', text: 'Ada' };
    const wrong = [twice, twice, { role: 'seller', text: 'Bo' }, { role: 'price', text: undefined }];
    assert.deepEqual(scores({ type: 'Sale', arguments: wrong }), [2, 1, 4]);
  });

  it('are averaged over all arguments', () => {
    const { identification, classification } = argumentScores([
      { gold, predicted: { type: 'Sale', arguments: [{ role: 'buyer', text: 'Ada' }] } },
      { gold: { type: 'Sale', arguments: [{ role: 'seller', text: 'X' }] }, predicted: undefined },
    ]);
    assert.deepEqual([identification.precision, identification.recall, identification.f1], [1, 0.25, 0.4]);
    assert.deepEqual([classification.precision, classification.recall, classification.f1], [0, 0, 0]);
    assert.equal(argumentScores([]).classification.f1, 0);
  });
});

const TASK = eventTask({
  id: 'x',
  family: 'x',
  sentence: 'Ada met Bo.',
  event: { name: 'Meeting', about: 'People talk.', roles: { who: ['Person'] } },
  arguments: [
    { role: 'who', entity: 'Person', text: 'Ada' },
    { role: 'who', entity: 'Person', text: 'Bo' },
  ],
});

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
    await assert.rejects(
      answersOf([await write('tasks.jsonl', TASK)]),
      /no sample in these files: .*tasks\.jsonl/,
    );
  });
});

describe('sentences in the form of ACE', () => {
  let folder = '';
  let file = '';

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'leti-ace-'));
    file = path.join(folder, 'ace.jsonl');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('are refused with the line and the fault', async () => {
    const [first = '', , third = ''] = aceLines();
    const changed = (from: string, to: string): string => {
      assert.ok(third.includes(from));
      return third.replace(from, to);
    };
    const cases: [line: string, says: RegExp][] = [
      [
        changed('"entity_id":"E2"', '"entity_id":"E9"'),
        /:2: "event_mentions\.0\.arguments\.1" names .* expected the id/,
      ],
      [
        changed('"text":"Sunday"', '"text":"Monday"'),
        /:2: .* "E2" is "Monday": expected words of the sentence/,
      ],
      [
        changed('"role":"Artifact"', '"role":7'),
        /:2: as a sentence .* "event_mentions\.0\.arguments\.0\.role"/,
      ],
      [changed('"doc_id":"b",', ''), /:2: as a sentence with events, "doc_id" is wrong/],
      [first, /:2: line 1 already holds the task "ace\/a-1\/0"/],
    ];
    const refuses = async (text: string, says: RegExp): Promise<void> => {
      await writeFile(file, text);
      await assert.rejects(aceTasks(file), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, says);
        return true;
      });
    };
    for (const [line, says] of cases) await refuses(`${first}\n${line}`, says);
    await refuses(aceLines()[1] ?? '', /none of its sentences has an event/);
  });
});
