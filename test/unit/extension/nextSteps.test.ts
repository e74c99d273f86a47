import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { commandLineStep } from '../../../src/cli/stepWords.ts';
import { editorStep } from '../../../src/extension/stepWords.ts';
import {
  action,
  ActionName,
  flag,
  FlagName,
  setting,
  SettingName,
  step,
  type NextStep,
  type StepPart,
} from '../../../src/protocol/errors.ts';
import { root } from '../../support/tinyRun.ts';

/** What the editor's user has no use for: options, commands of a terminal, and its keys. */
const COMMAND_LINE = /--[a-z]|`leti |Ctrl-C|\bleti (tasks|clean|models|runs|doctor|train)\b/;
/** What the command line has no use for. */
const EDITOR = /\bleti\.[a-z]|"LeTI: |\bview\b|notification/;
/** Only a terminal can do these; the editor's sentence says so. */
const IN_TERMINAL = /`leti clean --dry-run` in a terminal|in a terminal: git config --global --add/;

interface Found {
  where: string;
  nextStep: NextStep;
}

/** Every next step that the source spells: tagged sentences, and plain ones given to a UserError. */
function spelled(): Found[] {
  const files = globSync('src/**/*.ts', { cwd: root }).filter(
    (file) => !/^src.(extension|webview)\b/.test(file),
  );
  return files.flatMap((file) => {
    const source = ts.createSourceFile(
      file,
      readFileSync(path.join(root, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const found: Found[] = [];
    const visit = (node: ts.Node): void => {
      const where = `${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
      if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'step') {
        found.push({ where, nextStep: [sentence(node.template)] });
      }
      if (ts.isNewExpression(node) && node.expression.getText() === 'UserError') {
        const given = node.arguments?.[1];
        if (given !== undefined && (ts.isStringLiteral(given) || ts.isTemplateLiteral(given)))
          found.push({ where, nextStep: [sentence(given)] });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

/** A template's parts; a value that is only known when it runs becomes `x`. */
function sentence(node: ts.StringLiteral | ts.TemplateLiteral): StepPart[] {
  if (!ts.isTemplateExpression(node)) return [node.text];
  return [
    node.head.text,
    ...node.templateSpans.flatMap(({ expression, literal }) => [part(expression), literal.text]),
  ];
}

function part(expression: ts.Expression): StepPart {
  if (!ts.isCallExpression(expression)) return 'x';
  const [name] = expression.arguments;
  const text = name !== undefined && ts.isStringLiteral(name) ? name.text : '';
  switch (expression.expression.getText()) {
    case 'setting':
      return setting(SettingName.parse(text));
    case 'action':
      return action(ActionName.parse(text), 'x');
    case 'flag':
      return flag(FlagName.parse(text));
    default:
      return 'x';
  }
}

describe('next steps', () => {
  it('are worded by both front ends, each in its own words', () => {
    const found = spelled();
    assert.ok(found.length > 60, `only ${found.length} next steps`);
    for (const { where, nextStep } of found) {
      const inTerminal = commandLineStep(nextStep);
      assert.match(inTerminal, /^[^a-z].*[.}x]$/s, `${where}: no sentence: ${inTerminal}`);
      assert.doesNotMatch(inTerminal, EDITOR, where);
      const inEditor = editorStep(nextStep).replace(IN_TERMINAL, '');
      assert.doesNotMatch(inEditor, COMMAND_LINE, where);
      const needsFlag = nextStep.flat().some((one) => typeof one !== 'string' && 'flag' in one);
      assert.equal(inEditor === '', needsFlag, where);
    }
  });

  it('have a name for every setting, action and flag that a step may speak of', () => {
    const parts: StepPart[] = [
      ...SettingName.options.map(setting),
      ...ActionName.options.map((name) => action(name)),
    ];
    for (const one of parts) {
      assert.match(commandLineStep([[one]]), /leti|--|Ctrl-C/);
      assert.match(editorStep([[one]]), /leti|LeTI|LETI_|view|notification/);
    }
    for (const name of FlagName.options) {
      assert.equal(commandLineStep(step`Use ${flag(name)}.`), `Use \`${name}\`.`);
      assert.equal(editorStep([...step`Do it.`, ...step`Use ${flag(name)}.`]), 'Do it.');
    }
  });

  it('name the commands of the palette by their titles', () => {
    const titles = Object.values(
      JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>,
    );
    const named = ActionName.options.flatMap(
      (name) => /"LeTI: (.+)"/.exec(editorStep([[action(name)]]))?.[1] ?? [],
    );
    assert.ok(named.length > 3);
    for (const title of named) assert.ok(titles.includes(title), `no command is called ${title}`);
  });

  it('speak of the same thing in the words of each front end', () => {
    for (const [nextStep, inTerminal, inEditor] of [
      [
        step`Choose another interpreter with ${setting('python')}, or repair this one.`,
        'Choose another interpreter with `--python`, or repair this one.',
        'Choose another interpreter with the setting `leti.python`, or repair this one.',
      ],
      [
        step`${action('listRuns')} to see the runs.`,
        'Run `leti runs` to see the runs.',
        'Open the Runs view to see the runs.',
      ],
      [
        step`${action('openRun', '7')} to see it.`,
        'Run `leti runs 7` to see it.',
        'Run "LeTI: Open run" to see it.',
      ],
      [
        step`Wait until it ends, or ${action('stopRun')}.`,
        'Wait until it ends, or stop it with Ctrl-C.',
        'Wait until it ends, or cancel it in its notification.',
      ],
      [[['Name an existing folder.']], 'Name an existing folder.', 'Name an existing folder.'],
    ] as const) {
      assert.equal(commandLineStep(nextStep as NextStep), inTerminal);
      assert.equal(editorStep(nextStep as NextStep), inEditor);
    }
  });
});
