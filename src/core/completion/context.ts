import { blockEnd, definitionsIn, enclosingDefinitions, type Definition } from './scopes.ts';
import { endOfOpenString, columns, headerEnd, indentOf, indentUnit, mask, type Inside } from './source.ts';
import {
  attributesIn,
  docstringText,
  headWithDocstring,
  namesIn,
  signature,
  statementsIn,
  type Statement,
} from './statements.ts';
import { openedBlock, surroundingsOf, type Surroundings } from './surroundings.ts';

/** The function around the cursor. Of nested functions the outermost; the name of a method begins with its class. */
export interface EnclosingFunction {
  name: string;
  /** Zero-based line of its header, and of the current end of its block. */
  line: number;
  lastLine: number;
  /** Text of its docstring, or empty. */
  docstring: string;
  /** Whether the cursor is in the header. */
  inHeader: boolean;
}

/**
 * The input of a completion. All texts have `
 * ` line ends.
 */
export interface CompletionContext {
  inside: Inside;
  /** Text of the cursor's line before and after the cursor. */
  lineBefore: string;
  lineAfter: string;
  /** Indentation of the cursor's line. */
  indent: string;
  /** One step of the file's indentation. */
  unit: string;
  function: EnclosingFunction | undefined;
  /** Code from elsewhere in the file that the scope uses: imports, constants, helpers, its class. May be empty. */
  head: string;
  /** Text of the scope before the cursor. */
  before: string;
  /** Text of the scope after the cursor. */
  after: string;
  /** Rest of the file after the cursor's line. A completion must not repeat it. */
  below: string;
  /** The innermost scope that a statement at the cursor belongs to. */
  level: 'module' | 'class' | 'function';
  /** Functions and classes of the file that stand at the cursor's indentation, where that is a module's or a class's. */
  defined: ReadonlySet<string>;
  /** Identifiers of the file. */
  names: () => ReadonlySet<string>;
  /** What must stay sound. */
  around: Surroundings;
  /** Tests that name the function. */
  tests: string[];
}

export interface ContextOptions {
  /** Maximum number of tokens in the prompt. */
  budget: number;
  countTokens: (text: string) => number;
  /** Sources of test files. */
  testSources: readonly string[];
}

/** Maximum shares of the budget for the text before the cursor and for tests. */
const BEFORE_SHARE = 0.6;
const TESTS_SHARE = 0.2;
const CHARACTERS_PER_TOKEN = 3;
const MAX_TESTS = 3;

export const DEFAULT_CONTEXT: ContextOptions = {
  budget: 512,
  countTokens: (text) => Math.ceil(text.length / CHARACTERS_PER_TOKEN),
  testSources: [],
};

/** Collects the context of an offset. The document need not parse. */
export function completionContext(
  document: string,
  offset: number,
  options: ContextOptions = DEFAULT_CONTEXT,
): CompletionContext {
  const before = document.slice(0, offset).replaceAll('\r\n', '\n');
  const rest = document.slice(offset).replaceAll('\r\n', '\n');
  const masked = mask(before);
  const lineBefore = before.slice(before.lastIndexOf('\n') + 1);
  const lineAfter = rest.slice(0, lineEnd(rest));
  const scopes = enclosingDefinitions(masked.text, columns(indentOf(lineBefore)));
  const codeAgain = masked.quotes === undefined ? 0 : endOfOpenString(rest, masked.quotes);
  const all = before + rest;
  const maskedAll = masked.text + ' '.repeat(codeAgain) + mask(rest.slice(codeAgain)).text;

  const scope = scopes.find(({ kind }) => kind === 'def') ?? scopes.at(-1);
  const owner = scopes.find(({ kind }) => kind === 'class');
  const begin = scope === undefined ? moduleBegin(before, options) : decoratorsOf(masked.text, scope);
  const end =
    scope === undefined
      ? before.length + lineEnd(rest)
      : Math.max(
          before.length,
          blockEnd(maskedAll, scope, Math.max(before.length, headerEnd(maskedAll, scope.start) ?? 0) - 1),
        );
  const level = levelOf(scopes, before, lineBefore);
  const shown = trimToBudget(before.slice(begin), options, scope?.kind === 'def');
  const found =
    scope?.kind === 'def' ? functionOf(all, maskedAll, scopes, scope, before.length, end) : undefined;
  const spare = options.budget - options.countTokens(shown);
  // Training prompts hold the docstring. Tests replace it only where there is none.
  const tests =
    found?.docstring !== ''
      ? []
      : testsNaming(found.name, options, Math.min(spare, options.budget * TESTS_SHARE));
  const left = spare - tests.reduce((sum, test) => sum + options.countTokens(test), 0);
  return {
    inside: masked.end,
    lineBefore,
    lineAfter,
    indent: indentOf(lineBefore),
    unit: lineBefore.startsWith('\t') ? '\t' : indentUnit(all),
    function: found,
    head: headOf(
      all,
      maskedAll,
      { begin, end, scope, owner: owner === scope ? undefined : owner },
      left,
      options,
    ),
    before: shown,
    after: all.slice(before.length, end),
    below: rest.slice(lineEnd(rest)),
    level,
    defined: level === 'function' ? new Set() : definedNear(maskedAll, scopes.at(-1), before.length),
    names: () => identifiersIn(maskedAll, before.length),
    around: surroundingsOf(all, maskedAll, before.length),
    tests,
  };
}

/** What a statement at the cursor belongs to: the block that was just opened, else what is around the cursor. */
function levelOf(scopes: readonly Definition[], before: string, line: string): CompletionContext['level'] {
  const header = indentOf(line) === '' || line.trim() !== '' ? openedBlock(before) : undefined;
  if (header !== undefined) return /^\s*class\b/.test(header) ? 'class' : 'function';
  const innermost = scopes.at(-1)?.kind;
  if (innermost === 'class') return 'class';
  return innermost === undefined && indentOf(line) === '' ? 'module' : 'function';
}

/** Names of the definitions in the body of a class, or of the module. */
function definedNear(masked: string, owner: Definition | undefined, offset: number): Set<string> {
  const end =
    owner === undefined ? masked.length : blockEnd(masked, owner, Math.max(offset - 1, owner.start));
  const start = owner === undefined ? 0 : (headerEnd(masked, owner.start) ?? owner.start);
  const found = definitionsIn(masked.slice(start, end));
  const least = owner === undefined ? 0 : Math.min(...found.map(({ indent }) => indent));
  return new Set(found.filter(({ indent }) => indent === least).map(({ name }) => name));
}

/** Identifiers of a masked text, without the word that ends at an offset. */
function identifiersIn(masked: string, offset: number): Set<string> {
  const word = /[\p{XID_Continue}]*$/u.exec(masked.slice(Math.max(0, offset - 200), offset))?.[0] ?? '';
  const rest = masked.slice(0, offset - word.length) + ' ' + masked.slice(offset);
  return new Set(rest.match(/[\p{XID_Start}_][\p{XID_Continue}]*/gu) ?? []);
}

function lineEnd(text: string): number {
  const newline = text.indexOf('\n');
  return newline === -1 ? text.length : newline;
}

/** Start of the shown text at module level, as far up as the budget allows. */
function moduleBegin(before: string, { budget }: ContextOptions): number {
  const far = before.length - Math.floor(budget * BEFORE_SHARE * CHARACTERS_PER_TOKEN);
  return far <= 0 ? 0 : before.indexOf('\n', far) + 1;
}

function decoratorsOf(masked: string, { start, indent }: Definition): number {
  let begin = start;
  while (begin > 0) {
    const above = begin < 2 ? 0 : masked.lastIndexOf('\n', begin - 2) + 1;
    const line = masked.slice(above, begin);
    if (!line.trimStart().startsWith('@') || columns(indentOf(line)) !== indent) break;
    begin = above;
  }
  return begin;
}

/** Cuts the middle of a long text: keeps the header and the last lines. */
function trimToBudget(text: string, options: ContextOptions, keepHeader: boolean): string {
  const most = options.budget * BEFORE_SHARE;
  if (options.countTokens(text) <= most) return text;
  const lines = text.split('\n');
  const first = keepHeader
    ? lines.slice(0, Math.max(1, lines.findIndex((line) => /:\s*$/.test(line)) + 1))
    : [];
  const kept: string[] = [];
  let used = options.countTokens(first.join('\n'));
  for (let at = lines.length - 1; at >= first.length; at -= 1) {
    const line = lines[at] ?? '';
    used += options.countTokens(`${line}\n`);
    if (used > most && kept.length > 0) break;
    kept.unshift(line);
  }
  return [...first, ...kept].join('\n');
}

function functionOf(
  source: string,
  masked: string,
  scopes: readonly Definition[],
  scope: Definition,
  cursor: number,
  end: number,
): EnclosingFunction {
  const owners = scopes.slice(0, scopes.indexOf(scope)).map(({ name }) => name);
  const docstring = headWithDocstring(source, masked, scope)?.docstring ?? '';
  return {
    name: [...owners, scope.name].join('.'),
    line: linesBefore(source, scope.start),
    lastLine: linesBefore(source, scope.start + source.slice(scope.start, end).trimEnd().length),
    docstring: docstringText(docstring),
    inHeader: cursor < (headerEnd(masked, scope.start) ?? Infinity),
  };
}

function linesBefore(text: string, offset: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

interface ScopeRange {
  begin: number;
  end: number;
  scope: Definition | undefined;
  /** The class around a method. */
  owner: Definition | undefined;
}

/** The code of the file that the scope uses, in file order and within the budget, in the form of training prompts. */
function headOf(
  source: string,
  masked: string,
  around: ScopeRange,
  budget: number,
  options: ContextOptions,
): string {
  const own = masked.slice(around.begin, around.end);
  let left = budget;
  const afford = (text: string): boolean => {
    const cost = options.countTokens(text) + 1;
    if (cost > left) return false;
    left -= cost;
    return true;
  };
  const inside = around.owner === undefined ? '' : classContext(source, masked, around, afford);
  const names = namesIn(own + inside);
  const shown: { statement: Statement; text: string }[] = [];
  const statements = statementsIn(masked, 0).filter(
    ({ start, end }) => end <= around.begin || start >= around.end,
  );
  for (const kind of ['import', 'binding', 'definition'] as const) {
    for (const statement of statements) {
      const covers =
        around.owner !== undefined &&
        statement.start <= around.owner.start &&
        around.owner.start < statement.end;
      if (statement.kind !== kind || covers || !statement.names.some((name) => names.has(name))) continue;
      const text =
        kind === 'definition'
          ? signature(source, masked, statement, true)
          : source.slice(statement.start, statement.end);
      if (!afford(text)) continue;
      shown.push({ statement, text });
      // A binding above may need names too.
      if (kind === 'binding')
        for (const name of namesIn(masked.slice(statement.start, statement.end))) names.add(name);
    }
  }
  shown.sort((a, b) => a.statement.start - b.statement.start);
  let outside = '';
  shown.forEach(({ statement, text }, index) => {
    const previous = shown[index - 1]?.statement;
    outside += previous === undefined ? text : separator(previous, statement) + text;
  });
  return (outside === '' ? '' : `${outside}\n\n\n`) + inside;
}

/** Header of the method's class, its fields, its `__init__`, and signatures of the methods that it calls. */
function classContext(
  source: string,
  masked: string,
  around: ScopeRange,
  afford: (text: string) => boolean,
): string {
  const owner = around.owner;
  if (owner === undefined) return '';
  const head = headWithDocstring(source, masked, owner);
  if (head === undefined) return '';
  const called = attributesIn(masked.slice(around.begin, around.end));
  const end = blockEnd(masked, owner, head.end);
  const width = around.scope?.indent ?? 0;
  const parts = [source.slice(decoratorsOf(masked, owner), head.end)];
  for (const statement of statementsIn(masked, width, head.end + 1, end)) {
    if (statement.start < around.end && statement.end > around.begin) continue;
    const name = statement.names[0] ?? '';
    if (statement.kind === 'binding') {
      const text = source.slice(statement.start, statement.end);
      if (afford(text)) parts.push(text);
    } else if (statement.kind === 'definition' && (name === '__init__' || called.has(name))) {
      const text = signature(source, masked, statement, name === '__init__');
      if (afford(text)) parts.push('', text);
    }
  }
  return `${parts.join('\n')}\n\n`;
}

function separator(above: Statement, below: Statement): string {
  if (above.kind === 'definition' || below.kind === 'definition') return '\n\n\n';
  return (above.kind === 'import') === (below.kind === 'import') ? '\n' : '\n\n';
}

/** Test functions whose code names the function, shortest first. */
function testsNaming(name: string, options: ContextOptions, budget: number): string[] {
  const plain = name.split('.').at(-1) ?? name;
  const word = new RegExp(`\\b${plain}\\b`);
  const found = options.testSources.flatMap((source) => {
    if (!word.test(source)) return [];
    const masked = mask(source).text;
    return [...masked.matchAll(/^([ \t]*)def[ \t]+test\w*/gm)]
      .map((match) => {
        const indent = columns(match[1] ?? '');
        const colon = headerEnd(masked, match.index) ?? match.index;
        const end = blockEnd(masked, { indent }, colon);
        return { code: masked.slice(colon, end), text: dedent(source.slice(match.index, end).trimEnd()) };
      })
      .filter(({ code }) => word.test(code))
      .map(({ text }) => text);
  });
  found.sort((a, b) => a.length - b.length);
  const kept: string[] = [];
  let left = budget;
  for (const test of found.slice(0, MAX_TESTS)) {
    left -= options.countTokens(test);
    if (left < 0) break;
    kept.push(test);
  }
  return kept;
}

function dedent(text: string): string {
  const margin = indentOf(text);
  return text
    .split('\n')
    .map((line) => (line.startsWith(margin) ? line.slice(margin.length) : line))
    .join('\n');
}
