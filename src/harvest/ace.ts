import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { eventTask, type EventArgument, type EventClass } from '../core/events.ts';
import { packageRoot } from '../process/packageRoot.ts';
import type { Task } from '../protocol/task.ts';
import { lineError, parseLine, type JsonLine } from './jsonLines.ts';

/** A sentence of ACE 2005 as OneIE's preprocessing writes it; more keys are left alone. */
const AceSentence = z.looseObject({
  doc_id: z.string().min(1),
  sent_id: z.string().min(1),
  /** The words with single spaces where it is missing. */
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

/** Words that no class or field can be called. */
const KEYWORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from ' +
    'global if import in is lambda nonlocal not or pass raise return try while with yield text field'
  ).split(' '),
);

/** Whether a line of a JSON lines file is a sentence in ACE's form. */
export function isAce(value: Record<string, unknown>): boolean {
  return 'event_mentions' in value;
}

/**
 * A task for each event of the sentences. A class has the roles, and a role the kinds of entities, that are seen anywhere
 * in the file; sentences of one document are one family. Throws a UserError (exit code 2) naming line and fault.
 */
export function aceTasks(lines: readonly JsonLine[]): { line: JsonLine; task: Task }[] {
  if (lines.length === 0) return [];
  const verifier = eventVerifier();
  const events = lines.flatMap((line) =>
    eventsOf(line, parseLine(line, AceSentence, 'a sentence with events')),
  );
  const classes = Map.groupBy(events, ({ type }) => type);
  return events.map(({ line, type, trigger, arguments: gold, ...sentence }) => {
    const event: EventClass = {
      name: identifier(type),
      about: type,
      roles: rolesOf((classes.get(type) ?? []).flatMap((other) => other.arguments)),
    };
    const task = eventTask({ ...sentence, event, arguments: gold }, verifier);
    const asked = trigger === undefined ? '' : ` The event's trigger is "${trigger}".`;
    return { line, task: { ...task, instruction: task.instruction + asked } };
  });
}

/** The text of the verifier that judges an event, which each such task brings along. */
export function eventVerifier(): string {
  return readFileSync(path.join(packageRoot(), 'python/leti_verifiers/events.py'), 'utf8');
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
