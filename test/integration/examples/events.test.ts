import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { aceTasks } from '../../../examples/events/ace.ts';
import { eventTask, extractedEvent } from '../../../examples/events/events.ts';
import { EXAMPLE, eventSides, eventTasks, exampleOf } from '../../../examples/events/generate.ts';
import { readTaskFile } from '../../../src/harvest/files.ts';
import { validateTasks } from '../../../src/harvest/validate.ts';
import type { Task } from '../../../src/protocol/task.ts';
import { aceLines } from '../../support/ace.ts';
import { useProgramRunner } from '../../support/executor.ts';

describe('the event tasks of the example', function () {
  this.timeout(60_000);
  const { executor, run } = useProgramRunner();

  it('are what the script writes, and sound: references pass, an empty body does not', async () => {
    const tasks = await readTaskFile(EXAMPLE);
    assert.deepEqual(tasks, exampleOf(eventTasks()));
    const reasons = (await validateTasks(tasks, executor())).map(({ reason }) => reason);
    assert.deepEqual(new Set(reasons), new Set([undefined]));
  });

  it('of made-up sentences have words of the sentence as their gold', () => {
    const tasks = eventTasks();
    assert.ok(tasks.length >= 400);
    for (const { instruction, prefix, reference = '' } of tasks) {
      const gold = extractedEvent(prefix + reference);
      assert.ok(gold !== undefined && gold.arguments.length > 0, instruction);
      for (const { text } of gold.arguments)
        assert.ok(text !== undefined && instruction.includes(text), instruction);
    }
  });

  it('are divided by template, with every event on each side', () => {
    const sides: Task[][] = Object.values(eventSides(eventTasks()));
    const families = sides.flatMap((side) => [...new Set(side.map(({ family }) => family))]);
    assert.equal(new Set(families).size, families.length);
    for (const side of sides) assert.equal(new Set(side.map(({ id }) => id.split('/')[1])).size, 7);
  });

  it('say in sentences what is wrong, and cannot be talked round', async () => {
    const agent = 'agent=[Person("Mira Sand")]';
    const artifact = 'artifact=[Thing("the blue van")]';
    const task = eventTask({
      id: 'x',
      family: 'x',
      sentence: 'Mira Sand, not Lin Okafor, drove the blue van from Cork to Lagos.',
      event: {
        name: 'Transport',
        about: 'Something is moved.',
        roles: { agent: ['Person'], artifact: ['Thing'], origin: ['Place'], destination: ['Place'] },
      },
      arguments: [
        { role: 'agent', entity: 'Person', text: 'Mira Sand' },
        { role: 'artifact', entity: 'Thing', text: 'the blue van' },
        { role: 'origin', entity: 'Place', text: 'Cork' },
        { role: 'destination', entity: 'Place', text: 'Lagos' },
      ],
    });
    const places = 'origin=[Place("Cork")], destination=[Place("Lagos")]';
    const cases: [completion: string, says: string[]][] = [
      [`${agent}, ${artifact}, origin=[Place("Cork")])`, ['"Lagos" is missing in destination.']],
      [
        `agent=[Person("Sand")], ${artifact}, ${places})`,
        ['"Sand" in agent is the wrong span; the entity is "Mira Sand".', '"Mira Sand" is missing in agent.'],
      ],
      [
        `${agent}, ${artifact}, origin=[Place("Lagos")], destination=[Place("Cork")])`,
        ['"Lagos" belongs to destination, not to origin.', '"Cork" is missing in origin.'],
      ],
      [
        `agent=[Person("Mira Sand"), Person("Lin Okafor")], ${artifact}, ${places})`,
        ['"Lin Okafor" does not belong in agent.'],
      ],
      [
        `agent=[Person("Mira Sand")] * 2, ${artifact}, ${places})`,
        ['"Mira Sand" stands in agent more than once.'],
      ],
      [
        `agent=[Place("Mira Sand")], ${artifact}, ${places})`,
        ['"Mira Sand" in agent is a Person, not a Place.'],
      ],
      [`agent="Mira Sand", ${artifact}, ${places})`, ['agent must be a list of entities.']],
      [`agent=["Mira Sand"], ${artifact}, ${places})`, ['agent holds something that is no entity.']],
      [') and 3', ['Expected an event of the class Transport.']],
    ];
    for (const [completion, says] of cases) {
      const { result, feedback } = await run(task, completion);
      assert.deepEqual([result.verdict, result.sealed], ['failed', true], JSON.stringify(result));
      for (const sentence of says) assert.ok(feedback.includes(sentence), `${sentence}\n${feedback}`);
    }
    const forged = [
      ')\n    class All(list):\n        def __contains__(self, o): return True\n    return Transport(agent=All())',
      ')\n\n@dataclass\nclass Transport: pass',
      ")\n\n@dataclass\nclass Transport:\n    x: str = 'y'",
    ];
    for (const completion of forged) {
      const { result } = await run(task, completion);
      assert.deepEqual([result.verdict, result.sealed], ['failed', true], JSON.stringify(result));
    }
    assert.equal((await run(task, `${agent}, ${artifact}, ${places})`)).result.verdict, 'passed');
  });

  it('of sentences in the form of ACE are sound, and their gold is scored as right', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ace-'));
    try {
      const file = path.join(folder, 'ace.jsonl');
      writeFileSync(file, aceLines().join('\n'));
      const tasks = await aceTasks(file);
      assert.deepEqual(
        tasks.map(({ id, family }) => [id, family]),
        [
          ['ace/a-1/0', 'ace/a'],
          ['ace/a-1/1', 'ace/a'],
          ['ace/b-1/0', 'ace/b'],
        ],
      );
      const reasons = (await validateTasks(tasks, executor())).map(({ reason }) => reason);
      assert.deepEqual(reasons, [undefined, undefined, undefined]);
      const gold = tasks.map((of) => extractedEvent(of.prefix + (of.reference ?? '')));
      assert.deepEqual(gold[0], {
        type: 'Movement_Transport',
        arguments: [
          { role: 'artifact', text: 'the troops' },
          { role: 'destination', text: 'Basra' },
        ],
      });
      // A class has the roles of the whole file.
      assert.match(tasks[0]?.prefix ?? '', /time_within: list\[TIM\]/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
