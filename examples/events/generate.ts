/**
 * `node examples/events/generate.ts --out FOLDER` writes made-up sentences as tasks in `train.jsonl`, `validation.jsonl` and
 * `held-out.jsonl`, divided by template. Without `--out` it writes one sentence of each template to
 * `examples/events/tasks.jsonl`. The same call writes the same files.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { splitTasks } from '../../src/core/learning/split.ts';
import { keyOf, shuffled, uniform } from '../../src/core/random.ts';
import { writeTaskFile } from '../../src/harvest/files.ts';
import type { Task } from '../../src/protocol/task.ts';
import { eventTask, type EventArgument, type EventClass } from './events.ts';

export const EXAMPLE = path.join(import.meta.dirname, 'tasks.jsonl');
const SEED = 7;
const SENTENCES = 8;
/** Templates per event in the validation tasks, and the same number in the held-out tasks. */
const KEPT = 2;

const POOLS: Readonly<Record<string, readonly string[]>> = {
  Person: [
    'Ada Brandt',
    'Tomas Rey',
    'the old captain',
    'Lin Okafor',
    'two engineers',
    'Mira Sand',
    'the mayor',
    'Jonas Pell',
    'a young nurse',
    'Irina Volk',
    'the three sisters',
    'Paul Achterberg',
    'the night guard',
    'Noor Haddad',
    'a retired judge',
    'Sofia Lund',
    'the choir',
    'Emil Castro',
    'her uncle',
    'Yuki Mori',
  ],
  Place: [
    'Oslo',
    'the harbour',
    'Lagos',
    'the north gate',
    'Lima',
    'a village near Turin',
    'the central station',
    'Quito',
    'an empty barn',
    'the island of Hvar',
    'Cork',
    'the old market',
    'Nairobi',
    'the valley',
    'room twelve',
    'Perth',
  ],
  Thing: [
    'a crate of books',
    'the blue van',
    'three pumps',
    'an organ',
    "the archive's maps",
    'a silver watch',
    'two telescopes',
    'the printing press',
    'a box of seeds',
    'an oak table',
    'the red tractor',
    'forty chairs',
  ],
  Organisation: [
    'Norrland Shipping',
    'the city council',
    'Kestrel Bank',
    'the weather office',
    'a small bakery',
    'Delta Foods',
    'the national library',
    'Orion Labs',
    'the farmers union',
    'Blue Door Theatre',
    'a chess club',
    'Vega Motors',
  ],
  Time: [
    'on Monday',
    'last spring',
    'at noon',
    'in 1987',
    'two days ago',
    'on 4 May',
    'in the early morning',
    'in August',
    'before sunrise',
    'during the storm',
    'on Christmas Eve',
    'in the winter of 2003',
  ],
  Amount: [
    'ninety euros',
    '12,000 dollars',
    'a small sum',
    '40 pounds',
    'half a million kroner',
    'seven hundred francs',
    'a single coin',
    '3.5 million yen',
  ],
};

/** A role in braces becomes an argument, `{role_2}` a second one; `{-Person}` is somebody who plays no role. */
const EVENTS: readonly { event: EventClass; templates: readonly string[] }[] = [
  {
    event: {
      name: 'Transport',
      about: 'Somebody brings a thing from one place to another.',
      roles: {
        agent: ['Person'],
        artifact: ['Thing'],
        origin: ['Place'],
        destination: ['Place'],
        time: ['Time'],
      },
    },
    templates: [
      '{time}, {agent} drove {artifact} from {origin} to {destination}.',
      '{artifact} reached {destination} {time}; {agent} had brought it from {origin}.',
      '{agent} moved {artifact} to {destination}.',
      'According to {-Person}, {agent} carried {artifact} out of {origin} {time}.',
      '{agent} and {agent_2} took {artifact} from {origin} to {destination} by boat.',
      '{artifact} was shipped from {origin} to {destination} {time}.',
      'Nobody but {-Person} saw how {agent} got {artifact} into {destination}.',
      '{time} a lorry with {artifact} left {origin} for {destination}, and {agent} was at the wheel.',
    ],
  },
  {
    event: {
      name: 'Meeting',
      about: 'People come together and talk.',
      roles: { participant: ['Person', 'Organisation'], place: ['Place'], time: ['Time'] },
    },
    templates: [
      '{time}, {participant} and {participant_2} met in {place}.',
      '{participant} talked with {participant_2} for an hour.',
      '{participant} waited in {place} until {participant_2} came to the talks {time}.',
      'The conference of {participant:Organisation} took place in {place} {time}.',
      '{participant} received {participant_2:Organisation} in {place}, while {-Person} stayed away.',
      'Over tea, {participant} discussed the plan with {participant_2} {time}.',
      '{place} was where {participant:Organisation} and {participant_2:Organisation} sat down together.',
      '{-Person} wrote that {participant} had seen {participant_2} {time} in {place}.',
    ],
  },
  {
    event: {
      name: 'Sale',
      about: 'A thing changes its owner for money.',
      roles: {
        seller: ['Person', 'Organisation'],
        buyer: ['Person', 'Organisation'],
        artifact: ['Thing'],
        price: ['Amount'],
        place: ['Place'],
      },
    },
    templates: [
      '{-Time}, {seller} sold {artifact} to {buyer}.',
      '{buyer} bought {artifact} from {seller} after a long talk.',
      '{buyer} paid {price} for {artifact}.',
      'For {price}, {seller:Organisation} let {buyer} have {artifact}.',
      '{artifact} went to {buyer:Organisation} for {price} at an auction in {place}.',
      '{seller} got {price} for {artifact} in {place}, as {-Person} had said.',
      'In {place} {buyer} acquired {artifact} from {seller:Organisation}.',
      '{seller} no longer owns {artifact}: {buyer} gave {price} for it.',
    ],
  },
  {
    event: {
      name: 'Hiring',
      about: 'An organisation takes on a person.',
      roles: { employer: ['Organisation'], employee: ['Person'], place: ['Place'], time: ['Time'] },
    },
    templates: [
      '{employer} hired {employee} {time}.',
      '{employee} began to work for {employer} in {place} {time}.',
      '{time}, {employee} signed a contract with {employer}.',
      'To replace {-Person}, {employer} has taken on {employee}.',
      '{employee} and {employee_2} joined {employer} {time}.',
      'The new face at {employer} in {place} is {employee}.',
      '{employer} found {employee} in {place} and offered a job at once.',
      '{-Person} had hoped for the post, but {employer} gave it to {employee} {time}.',
    ],
  },
  {
    event: {
      name: 'Accident',
      about: 'Somebody or something comes to harm without intent.',
      roles: { victim: ['Person'], vehicle: ['Thing'], place: ['Place'], time: ['Time'] },
    },
    templates: [
      '{time}, {victim} slipped and fell in {place}.',
      '{vehicle} hit {victim} near {place} {time}.',
      '{victim} was hurt when {vehicle} tipped over.',
      'In {place}, {vehicle} rolled down the slope and damaged a wall.',
      '{-Person} called for help after {vehicle} had struck {victim} in {place}.',
      '{victim} and {victim_2} were injured {time} in {place}.',
      'A crash in {place} {time} left {victim} with a broken arm.',
      '{time} {vehicle} came loose and fell on {victim}, but {-Person} was not touched.',
    ],
  },
  {
    event: {
      name: 'Award',
      about: 'Somebody is given a prize.',
      roles: {
        giver: ['Organisation', 'Person'],
        winner: ['Person'],
        prize: ['Thing', 'Amount'],
        place: ['Place'],
      },
    },
    templates: [
      '{giver:Organisation} awarded {prize:Amount} to {winner}.',
      '{winner} won {prize:Thing} in {place}.',
      'In {place}, {winner} was honoured by {giver:Organisation} with {prize:Thing}.',
      '{winner} and {winner_2} shared {prize:Amount} from {giver:Organisation}.',
      'The jury, led by {-Person}, gave {prize:Amount} to {winner}.',
      '{giver} handed {prize:Thing} to {winner} on the stage in {place}.',
      'To the surprise of {-Person}, the first prize, {prize:Thing}, went to {winner}.',
      '{prize:Amount} is what {winner} got from {giver:Organisation} for the best design.',
    ],
  },
  {
    event: {
      name: 'Founding',
      about: 'An organisation is brought into being.',
      roles: { founder: ['Person'], organisation: ['Organisation'], place: ['Place'], time: ['Time'] },
    },
    templates: [
      '{founder} founded {organisation} in {place} {time}.',
      '{organisation} was started {time} by {founder}.',
      '{time}, {founder} and {founder_2} set up {organisation}.',
      'It was {founder} who opened {organisation} in {place}.',
      '{organisation} goes back to {founder}, as {-Person} recalls.',
      'With {-Amount} in hand, {founder} created {organisation} {time}.',
      '{place} is where {organisation} came into being {time}.',
      '{founder} left a safe post and built up {organisation} in {place}.',
    ],
  },
];

/** All sentences of all templates as tasks. The sentences of one template are one family. */
export function eventTasks(): Task[] {
  return EVENTS.flatMap(({ event, templates }) =>
    templates.flatMap((template, at) =>
      Array.from({ length: SENTENCES }, (_, number) =>
        eventTask({
          id: `events/${event.name}/${at}/${number}`,
          family: `events/${event.name}/${at}`,
          event,
          ...filled(template, event, number),
        }),
      ),
    ),
  );
}

/** Divides the tasks so that each side has every event, and each template is on one side only. */
export function eventSides(tasks: readonly Task[]): Record<'train' | 'validation' | 'held-out', Task[]> {
  const sides = { train: [] as Task[], validation: [] as Task[], 'held-out': [] as Task[] };
  const kept = { seed: SEED, heldOutCount: KEPT * SENTENCES };
  for (const ofEvent of Map.groupBy(tasks, (task) => task.id.split('/')[1]).values()) {
    const { train: rest, heldOut } = splitTasks(ofEvent, kept);
    const { train, heldOut: validation } = splitTasks(rest, kept);
    sides.train.push(...train);
    sides.validation.push(...validation);
    sides['held-out'].push(...heldOut);
  }
  return sides;
}

/** A template with words in its braces, and the words that are arguments of the event. */
function filled(
  template: string,
  event: EventClass,
  number: number,
): { sentence: string; arguments: EventArgument[] } {
  const name = [SEED, keyOf(template), number];
  const pools = new Map(
    Object.entries(POOLS).map(([entity, words], index) => [entity, shuffled(words, ...name, index)]),
  );
  const found: EventArgument[] = [];
  const sentence = template.replaceAll(
    /\{(-?)(\w+?)(?:_2)?(?::(\w+))?\}/g,
    (whole, none: string, role: string, kind?: string) => {
      const kinds = none === '' ? (event.roles[role] ?? []) : [role];
      const entity = kind ?? kinds[Math.floor(uniform(...name, found.length, 1) * kinds.length)] ?? '';
      const words = pools.get(entity)?.pop();
      if (words === undefined) throw new Error(`no words for ${whole} in "${template}"`);
      // A sentence begins with a capital letter.
      const text =
        template.startsWith(whole) && found.length === 0
          ? words.charAt(0).toUpperCase() + words.slice(1)
          : words;
      found.push({ role: none === '' ? role : '', entity, text });
      return text;
    },
  );
  return { sentence, arguments: found.filter(({ role }) => role !== '') };
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const tasks = eventTasks();
  if (values.out === undefined) {
    await writeTaskFile(EXAMPLE, exampleOf(tasks));
  } else {
    await mkdir(values.out, { recursive: true });
    for (const [side, ofSide] of Object.entries(eventSides(tasks))) {
      await writeTaskFile(path.join(values.out, `${side}.jsonl`), ofSide);
      console.log(
        `${side}: ${ofSide.length} sentences of ${new Set(ofSide.map(({ family }) => family)).size} templates`,
      );
    }
  }
}

/** The first sentence of each template. */
export function exampleOf(tasks: readonly Task[]): Task[] {
  return tasks.filter((_, index) => index % SENTENCES === 0);
}
