import assert from 'node:assert/strict';
import { argumentScores } from '../../../src/core/argumentScores.ts';
import { eventTask, extractedEvent, type ExtractedEvent } from '../../../src/core/events.ts';

const MEETING = eventTask(
  {
    id: 'x',
    family: 'x',
    sentence: 'Ada said "no" to "Bo"',
    event: { name: 'Meeting', about: 'People talk.', roles: { who: ['Person', 'Firm'], place: ['Place'] } },
    arguments: [
      { role: 'who', entity: 'Person', text: 'Ada' },
      { role: 'who', entity: 'Firm', text: '"Bo"' },
    ],
  },
  'def verify(value): ...',
);
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
