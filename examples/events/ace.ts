/**
 * `node examples/events/ace.ts SENTENCES TASKS` reads sentences in the form of ACE 2005 and writes a task for each of their
 * events.
 */
import { z } from 'zod';
import { commandLineStep } from '../../src/cli/stepWords.ts';
import { writeTaskFile } from '../../src/harvest/files.ts';
import { lineError, parseLine, readJsonLines, type JsonLine } from '../../src/harvest/jsonLines.ts';
import { UserError } from '../../src/protocol/errors.ts';
import type { Task } from '../../src/protocol/task.ts';
import { eventTask, type EventArgument, type EventClass } from './events.ts';

/** A sentence of ACE 2005 as OneIE's preprocessing writes it. Other keys are ignored. */
const AceSentence = z.looseObject({
  doc_id: z.string().min(1),
  sent_id: z.string().min(1),
  /** The text to show. If it is missing, the tokens with single spaces are shown. */
  sentence: z.string().min(1).optional(),
  tokens: z.array(z.string()).min(1),
  entity_mentions: z.array(
    z.looseObject({ id: z.string().min(1), text: z.string().min(1), entity_type: z.string().min(1) }),
  ),
  event_mentions: z.array(
    z.looseObject({
      event_type: z.string().min(1),
      trigger: z.looseObject({ text: z.string().min(1) }).optional(),
      arguments: z.array(z.looseObject({ entity_id: z.string().min(1), role: z.string().min(1) })),
    }),
  ),
});
type AceSentence = z.infer<typeof AceSentence>;

/** Words that Python or our classes do not allow as the name of a class or field. */
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield text field'
  ).split(' '),
);

/**
 * A task for each event of the sentences in a file. A class has the roles that it has anywhere in the file, and a role the
 * kinds of entities. The sentences of one document are one family.
 * @throws UserError (exit code 2) naming the line and the fault, or saying that the file holds no event.
 */
export async function aceTasks(file: string): Promise<Task[]> {
  const lines = await readJsonLines(file);
  const events = lines.flatMap((line) =>
    eventsOf(line, parseLine(line, AceSentence, 'a sentence with events')),
  );
  if (events.length === 0) {
    const next = 'Name a file in which at least one sentence has "event_mentions".';
    throw new UserError(`${file}: none of its sentences has an event`, next, 2);
  }
  const classes = Map.groupBy(events, ({ type }) => type);
  const seen = new Map<string, number>();
  return events.map(({ line, type, trigger, arguments: gold, ...sentence }) => {
    const first = seen.get(sentence.id);
    if (first !== undefined) throw lineError(line, `line ${first} already holds the task "${sentence.id}"`);
    seen.set(sentence.id, line.line);
    const event: EventClass = {
      name: identifier(type),
      about: type,
      roles: rolesOf((classes.get(type) ?? []).flatMap((other) => other.arguments)),
    };
    const task = eventTask({ ...sentence, event, arguments: gold });
    const asked = trigger === undefined ? '' : ` The event's trigger is "${trigger}".`;
    return { ...task, instruction: task.instruction + asked };
  });
}

interface AceEvent {
  line: JsonLine;
  id: string;
  family: string;
  sentence: string;
  type: string;
  trigger: string | undefined;
  arguments: EventArgument[];
}

function eventsOf(line: JsonLine, ace: AceSentence): AceEvent[] {
  const sentence = oneLine(ace.sentence ?? ace.tokens.join(' '));
  const entities = new Map(ace.entity_mentions.map((entity) => [entity.id, entity]));
  return ace.event_mentions.map((event, index) => ({
    line,
    id: `ace/${ace.sent_id}/${index}`,
    family: `ace/${ace.doc_id}`,
    sentence,
    type: event.event_type,
    trigger: event.trigger === undefined ? undefined : oneLine(event.trigger.text),
    arguments: event.arguments.map(({ entity_id, role }, number) => {
      const entity = entities.get(entity_id);
      const where = `"event_mentions.${index}.arguments.${number}"`;
      if (entity === undefined) {
        throw lineError(
          line,
          `${where} names the entity "${entity_id}": expected the id of one of "entity_mentions"`,
        );
      }
      const text = oneLine(entity.text);
      if (!sentence.includes(text)) {
        throw lineError(
          line,
          `the text of entity "${entity_id}" is "${text}": expected words of the sentence`,
        );
      }
      return { role: identifier(role).toLowerCase(), entity: identifier(entity.entity_type), text };
    }),
  }));
}

function rolesOf(seen: readonly EventArgument[]): EventClass['roles'] {
  const roles = Map.groupBy(seen, ({ role }) => role);
  return Object.fromEntries(
    [...roles.keys()].toSorted().map((role) => {
      const kinds = new Set(roles.get(role)?.map(({ entity }) => entity));
      return [role, [...kinds].toSorted()];
    }),
  );
}

/** A name of ACE as Python can spell it: `Life:Be-Born` becomes `Life_Be_Born`. */
function identifier(name: string): string {
  const spelled = name.replaceAll(/\W/g, '_').replace(/^(?=\d|$)/, '_');
  return KEYWORDS.has(spelled) || KEYWORDS.has(spelled.toLowerCase()) ? `${spelled}_` : spelled;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

if (import.meta.main) {
  try {
    const [sentences, out, ...more] = process.argv.slice(2);
    if (sentences === undefined || out === undefined || more.length > 0)
      throw new UserError('Two files are needed.', 'Run `node examples/events/ace.ts SENTENCES TASKS`.', 2);
    const tasks = await aceTasks(sentences);
    await writeTaskFile(out, tasks);
    console.log(`${tasks.length} tasks: ${out}`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`${error.message}\n${commandLineStep(error.nextStep)}`);
    process.exitCode = error.exitCode;
  }
}
