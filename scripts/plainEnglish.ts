/**
 * Flags prose that is hard to read: sentences of more than 25 words, and words that the project avoids. It reads
 * documents, messages, comments and docstrings.
 *
 *     node scripts/plainEnglish.ts [FILE...]     without files: everything that git tracks
 *
 * Prints one line per finding and exits with 1 if there is any.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Words per sentence; the aim is 20 (CONTRIBUTING.md). */
export const MOST_WORDS = 25;

/** What the project does not write, and what it writes instead. */
const AVOIDED: readonly (readonly [RegExp, string])[] = [
  [/\bwhoever\b/i, 'name who'],
  [/\bmended?\b/i, 'fixed'],
  [/\b(?:is|are|was|were) to be\b/i, 'must be, or say who does it'],
  [/\bbe it\b/i, 'whether'],
  [/\bas far as\b/i, 'if, where'],
  [/\bsuch an?\b/i, 'this, a ... like it'],
  [/\bgoes on\b/i, 'continues'],
  [/\bwhat (?:it|they|he|she) (?:got|gets|did|does)\b/i, 'name the thing'],
  [/\bmodels? in use\b/i, 'active model'],
  [
    /\b(?:programs|samples|tokens|rows|texts|steps|seconds|minutes|times|characters|bytes|tasks|rounds|ms|MB|GB) an? (?:task|round|second|minute|hour|day|step|run|file|line|program|sample|text|batch|token|process|arm|seed|prompt|row|year)\b/i,
    'per',
  ],
];

/** One place that a reader should not meet. */
export interface Finding {
  line: number;
  why: string;
  text: string;
}

/** A piece of prose and the one-based line on which it begins. */
interface Prose {
  line: number;
  text: string;
}

/** Findings in a file's prose, in order. `name` decides by its ending how the file is read. */
export function findings(name: string, source: string): Finding[] {
  return proseOf(name, source).flatMap(({ line, text }) =>
    sentences(text).flatMap((one) => check(one, line)),
  );
}

function check(sentence: string, line: number): Finding[] {
  const found: Finding[] = [];
  const words = sentence.split(/\s+/).filter((word) => /[\p{L}\d]/u.test(word)).length;
  if (words > MOST_WORDS) found.push({ line, why: `${words} words`, text: sentence });
  for (const [pattern, instead] of AVOIDED) {
    const hit = pattern.exec(sentence)?.[0];
    if (hit !== undefined) found.push({ line, why: `"${hit}": ${instead}`, text: sentence });
  }
  return found;
}

/** Sentences of a text; code between backticks counts as one word. */
export function sentences(text: string): string[] {
  return text
    .replaceAll(/`[^`]*`/g, 'CODE')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/https?:\S+/g, 'LINK')
    .split(/(?<=[.!?:;])["')*_]*\s+|\n\s*\n/)
    .map((one) => one.replaceAll(/\s+/g, ' ').trim())
    .filter((one) => one !== '');
}

function proseOf(name: string, source: string): Prose[] {
  switch (path.extname(name)) {
    case '.md':
      return markdownProse(source);
    case '.json':
      return jsonProse(source);
    case '.ts':
      return typeScriptProse(name, source);
    case '.py':
      return pythonProse(source);
    default:
      return [];
  }
}

/** Paragraphs, list items and table cells; code blocks and pictures hold no prose. */
function markdownProse(source: string): Prose[] {
  const found: Prose[] = [];
  let open: Prose | undefined;
  let fenced = false;
  for (const [index, raw] of source.split('\n').entries()) {
    const line = index + 1;
    if (/^\s*(?:```|~~~)/.test(raw)) fenced = !fenced;
    const text = raw.replaceAll(/!\[[^\]]*\]\([^)]*\)/g, '').trim();
    const code = fenced || /^(?:```|~~~)/.test(text) || /^ {4}\S/.test(raw);
    if (code || text === '' || /^[|:\s-]+$/.test(text)) {
      open = undefined;
    } else if (text.startsWith('|')) {
      open = undefined;
      for (const cell of text.split(/(?<!\\)\|/))
        if (cell.trim() !== '') found.push({ line, text: cell.trim() });
    } else if (open === undefined || /^(?:[-*+#>]|\d+\.)\s/.test(text) || text.startsWith('#')) {
      open = { line, text: text.replace(/^(?:[-*+#>]+|\d+\.)\s+/, '') };
      found.push(open);
    } else {
      open.text += ` ${text}`;
    }
  }
  return found;
}

/** Every text of a JSON file such as package.nls.json. */
function jsonProse(source: string): Prose[] {
  return source.split('\n').flatMap((raw, index) => {
    const value = /^\s*"[^"]+":\s*("(?:[^"\\]|\\.)*")/.exec(raw)?.[1];
    return value === undefined ? [] : [{ line: index + 1, text: String(JSON.parse(value)) }];
  });
}

/** Comments, and literals that hold at least four words. */
function typeScriptProse(name: string, source: string): Prose[] {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.Latest, true);
  const lineOf = (at: number): number => file.getLineAndCharacterOfPosition(at).line + 1;
  const found: Prose[] = [];
  const seen = new Set<number>();
  const comments = (at: number): void => {
    let run: Prose | undefined;
    for (const range of ts.getLeadingCommentRanges(source, at) ?? []) {
      if (seen.has(range.pos)) continue;
      seen.add(range.pos);
      const text = commentText(source.slice(range.pos, range.end));
      if (range.kind === ts.SyntaxKind.SingleLineCommentTrivia && run !== undefined) run.text += ` ${text}`;
      else found.push((run = { line: lineOf(range.pos), text }));
    }
  };
  const visit = (node: ts.Node): void => {
    comments(node.getFullStart());
    if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) {
      const text = ts.isTemplateExpression(node)
        ? node
            .getText()
            .slice(1, -1)
            .replaceAll(/\$\{[^}]*\}/g, 'CODE')
        : node.text;
      if (
        /(?:[a-z]+[ ,]+){3}[a-z]/i.test(text) &&
        !/^[\s\S]*\n {4}|^(?:import|def|class|from|CREATE|SELECT|INSERT|\s*CREATE) /.test(text)
      ) {
        found.push({ line: lineOf(node.getStart()), text });
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function commentText(comment: string): string {
  return (
    comment
      .replace(/^\/\*\*?|\*\/$|^\/\/+/g, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
      .join('\n')
      // Tags and list items begin sentences of their own.
      .replaceAll(/\n\s*(?=@|- )/g, '\n\n')
      .trim()
  );
}

/** Comments, docstrings and literals that hold at least four words. */
function pythonProse(source: string): Prose[] {
  const found: Prose[] = [];
  const token = /("""|''')([\s\S]*?)\1|"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|#([^\n]*)/g;
  let comments: Prose | undefined;
  let last = 0;
  for (const match of source.matchAll(token)) {
    const line = source.slice(0, match.index).split('\n').length;
    const comment = match[5];
    if (comment !== undefined) {
      if (/noqa|type:/.test(comment)) continue;
      const text = comment.replace(/^[:!]?\s*/, '');
      if (comments !== undefined && last === line - 1) comments.text += ` ${text}`;
      else found.push((comments = { line, text }));
      last = line;
      continue;
    }
    const text = match[2] ?? match[3] ?? match[4] ?? '';
    if (/(?:[a-z]+[ ,]+){3}[a-z]/i.test(text))
      found.push({ line, text: text.replaceAll(/\n\s*(?=- |:)/g, '\n\n') });
  }
  return found;
}

/** What a reader of the project meets: its documents, and the code's own texts. Tests and measured outputs are left out. */
function trackedFiles(): string[] {
  const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n');
  return tracked.filter(
    (name) =>
      /^(?:README|CONTRIBUTING|CHANGELOG)\.md$|^docs\/.*\.md$|^(?:examples|experiments)\/[^/]+\/README\.md$/.test(
        name,
      ) ||
      name === 'package.nls.json' ||
      /^(?:src|scripts)\/.*\.ts$|^python\/.*\.py$/.test(name),
  );
}

if (import.meta.main) {
  const names = process.argv.length > 2 ? process.argv.slice(2) : trackedFiles();
  let count = 0;
  for (const name of names) {
    for (const { line, why, text } of findings(name, readFileSync(name, 'utf8'))) {
      console.log(`${name}:${line}: ${why}: ${text.length > 140 ? `${text.slice(0, 137)}...` : text}`);
      count += 1;
    }
  }
  console.log(count === 0 ? 'plain English: nothing found' : `plain English: ${count} places`);
  process.exitCode = count === 0 ? 0 : 1;
}
