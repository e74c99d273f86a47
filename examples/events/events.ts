import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parser } from '@lezer/python';
import type { Task } from '../../src/protocol/task.ts';

/** An entity that plays a role in an event: its class and its words in the sentence. */
export interface EventArgument {
  role: string;
  entity: string;
  text: string;
}

/** A class of events: its roles, and for each role the classes of the entities that may fill it. */
export interface EventClass {
  name: string;
  about: string;
  roles: Readonly<Record<string, readonly string[]>>;
}

export interface EventSentence {
  id: string;
  family: string;
  sentence: string;
  event: EventClass;
  arguments: readonly EventArgument[];
}

/** The event that a program constructs. A text that is not a literal is undefined and matches no argument. */
export interface ExtractedEvent {
  type: string;
  arguments: { role: string; text: string | undefined }[];
}

type Node = ReturnType<typeof parser.parse>['topNode'];

/** The Python source that judges an event. Each task of this example carries a copy of it. */
const VERIFIER = readFileSync(path.join(import.meta.dirname, 'verifier.py'), 'utf8');

/**
 * A sentence as a task: the classes, a function whose docstring is the sentence, and the open call of the event's class,
 * which the model completes (Code4Struct, arXiv 2210.12810).
 */
export function eventTask({ id, family, sentence, event, arguments: gold }: EventSentence): Task {
  const roles = Object.keys(event.roles);
  const of = (role: string): EventArgument[] => gold.filter((argument) => argument.role === role);
  const entities = roles.map((role) => {
    const items = of(role).map(({ entity, text }) => `(${JSON.stringify(entity)}, ${JSON.stringify(text)})`);
    return `${JSON.stringify(role)}: [${items.join(', ')}]`;
  });
  const answer = roles
    .filter((role) => of(role).length > 0)
    .map(
      (role) =>
        `${role}=[${of(role)
          .map(({ entity, text }) => `${entity}(${JSON.stringify(text)})`)
          .join(', ')}]`,
    );
  const goldText = `GOLD = (${JSON.stringify(event.name)}, {${entities.join(', ')}})`;
  return {
    id,
    source: 'file',
    name: 'event',
    instruction: `Write the ${event.name} event that this sentence tells of, with the words of the sentence: ${sentence}`,
    prefix: `${classesOf(event)}\n\ndef event():\n    """${docstringText(sentence)}"""\n    return ${event.name}(`,
    hole: 'body',
    indent: 4,
    setup: '',
    checks: [{ kind: 'verifier', call: 'event()', source: `${goldText}\n\n${VERIFIER}` }],
    reference: `${answer.join(', ')})`,
    family,
  };
}

/** The event that the last `return` of a program constructs. Undefined if it does not call a class by its name. */
export function extractedEvent(program: string): ExtractedEvent | undefined {
  const text = (node: Node): string => program.slice(node.from, node.to);
  let call: Node | undefined;
  parser.parse(program).iterate({
    enter: ({ node }) => {
      if (node.name === 'ReturnStatement') call = node.getChild('CallExpression') ?? undefined;
    },
  });
  const type = call?.getChild('VariableName');
  const list = call?.getChild('ArgList');
  if (!type || !list) return undefined;
  const roles = fieldsOf(program, text(type));
  const event: ExtractedEvent = { type: text(type), arguments: [] };
  valuesOf(list).forEach(({ name, value }, index) => {
    const role = name === undefined ? (roles[index] ?? '') : text(name);
    const items = value.name === 'ArrayExpression' ? valuesOf(value).map((item) => item.value) : [value];
    for (const item of items) event.arguments.push({ role, text: entityText(item, text) });
  });
  return event;
}

/** The classes of an event and of its possible entities. Python never evaluates the types of their fields. */
function classesOf({ name, about, roles }: EventClass): string {
  const entities = [...new Set(Object.values(roles).flat())];
  const fields = Object.entries(roles).map(
    ([role, kinds]) => `    ${role}: list[${kinds.join(' | ')}] = field(default_factory=list)\n`,
  );
  return (
    'from __future__ import annotations\nfrom dataclasses import dataclass, field\n\n@dataclass\nclass Entity:\n    text: str\n\n' +
    entities.map((entity) => `class ${entity}(Entity): ...\n`).join('') +
    `\n@dataclass\nclass ${name}:\n    """${docstringText(about)}"""\n${fields.join('')}`
  );
}

/** Words, escaped for the inside of a docstring. */
function docstringText(words: string): string {
  return words.replaceAll('\\', '\\\\').replaceAll('"""', '\\"\\"\\"').replace(/"$/, '\\"');
}

/** The fields of a class in the order of its positional arguments. */
function fieldsOf(program: string, name: string): string[] {
  const body = new RegExp(`^class ${name}\\b.*:\\n((?: {4}.*\\n|\\n)*)`, 'm').exec(program)?.[1] ?? '';
  return [...body.matchAll(/^ {4}(\w+):/gm)].map(([, field]) => field ?? '');
}

/** The items of a list, or the arguments of a call with their names. */
function valuesOf(list: Node): { name: Node | undefined; value: Node }[] {
  const values: { name: Node | undefined; value: Node }[] = [];
  let name: Node | undefined;
  for (let node = list.firstChild; node !== null; node = node.nextSibling) {
    if ('()[],='.includes(node.name) || node.name === 'AssignOp' || node.name === 'Comment') continue;
    if (node.nextSibling?.name === 'AssignOp') name = node;
    else {
      values.push({ name, value: node });
      name = undefined;
    }
  }
  return values;
}

/** The words of an entity such as `Person("Ada")`. Undefined if they are not a literal. */
function entityText(item: Node, text: (node: Node) => string): string | undefined {
  const list = item.name === 'CallExpression' ? item.getChild('ArgList') : null;
  const [only, ...others] = list === null ? [] : valuesOf(list);
  if (only?.value.name !== 'String' || others.length > 0) return undefined;
  return literal(text(only.value));
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

/** The text that a Python string literal without a prefix stands for. */
function literal(source: string): string | undefined {
  const inner = /^("""|'''|"|')([^]*)\1$/.exec(source)?.[2];
  return inner?.replaceAll(
    /\\(?:x([\da-f]{2})|u([\da-f]{4})|([^]))/gi,
    (whole, x?: string, u?: string, one?: string) => {
      const code = x ?? u;
      if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
      const escaped = one ?? '';
      return ESCAPES[escaped] ?? ('\\\'"'.includes(escaped) ? escaped : whole);
    },
  );
}
