import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { KEYS, keysOf, type KnownState } from '../../../src/extension/contextKeys.ts';
import { root } from '../../support/tinyRun.ts';

const Manifest = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), enablement: z.string().optional() })),
    configuration: z.array(
      z.object({ title: z.string(), properties: z.record(z.string(), z.object({ scope: z.string() })) }),
    ),
    viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
  }),
});
const { commands, configuration, viewsWelcome } = Manifest.parse(
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')),
).contributes;

type Keys = Record<string, boolean | number | string>;

/** VS Code's own rule for the clauses that the manifest uses: keys, `!`, `&&`, `==` and `>`. */
function holds(clause: string, keys: Keys): boolean {
  return clause.split('&&').every((part) => {
    const [, key, operator, value] = /^(!?[\w.]+)(?: (==|>) ([\w-]+))?$/.exec(part.trim()) ?? [];
    assert.ok(key !== undefined, `a clause that this test does not know: ${part}`);
    if (operator === '==') return String(keys[key] ?? '') === value;
    if (operator === '>') return Number(keys[key] ?? 0) > Number(value);
    return key.startsWith('!') ? !keys[key.slice(1)] : Boolean(keys[key]);
  });
}

function enabled(keys: Keys): string[] {
  return commands
    .filter(({ enablement }) => enablement === undefined || holds(enablement, keys))
    .map(({ command }) => command.replace('leti.', ''))
    .sort();
}

const trusted: Keys = { isWorkspaceTrusted: true, workspaceFolderCount: 1, editorLangId: 'python' };
const inState = (...folders: KnownState[]): Keys => ({ ...trusted, ...keysOf(folders) });

const READS = [
  'completion.deleteRecorded',
  'completion.showRecorded',
  'openLog',
  'openRun',
  'refresh',
  'restart',
  'showFeedback',
  'statusMenu',
];
const WORKS = ['check', 'doctor', 'evaluate', 'findTasks', 'installLauncher', 'repair', 'useRun'];
const COMPLETIONS = ['completeAndVerify', 'completion.snooze', 'completion.toggle'];
const all = [
  ...READS,
  ...WORKS,
  ...COMPLETIONS,
  ...['deleteRun', 'exportRun', 'promote', 'resume', 'rollBack', 'setEndpointKey', 'train', 'trainLonger'],
].sort();
const without = (...names: string[]): string[] => all.filter((name) => !names.includes(name));

describe('the commands that are offered', () => {
  const finished = { status: 'finished' } as const;
  const stopped = { status: 'interrupted' } as const;
  const running = { status: 'running' } as const;
  const noRuns = { runs: [], models: 0, promotions: 0 };
  for (const [state, keys, expected] of [
    ['without a folder', { isWorkspaceTrusted: true }, ['installLauncher', 'openLog', 'setEndpointKey']],
    ['in a folder that is not trusted', { workspaceFolderCount: 1, editorLangId: 'python' }, READS],
    ['where nobody has asked yet', inState({}), all],
    [
      'where nothing was trained',
      inState(noRuns),
      without('deleteRun', 'exportRun', 'openRun', 'promote', 'resume', 'rollBack'),
    ],
    [
      'with a finished run',
      inState({ runs: [finished], models: 2, promotions: 0 }),
      without('resume', 'rollBack'),
    ],
    ['with a stopped run', inState({ runs: [finished, stopped], models: 2, promotions: 1 }), all],
    [
      'while a run goes on in another window, for all that is known',
      inState({ runs: [running, stopped], models: 2, promotions: 1 }),
      all,
    ],
    [
      'while a run goes on in this window',
      inState({ live: true, models: 2, promotions: 1 }),
      [...without('deleteRun', 'resume', 'setEndpointKey', 'train', 'trainLonger'), 'cancelRun'],
    ],
    ['with another folder that has what this one lacks', inState(noRuns, {}), all],
    [
      'in a file of another language',
      { ...inState({}), editorLangId: 'markdown' },
      without('check', 'completeAndVerify', 'repair'),
    ],
  ] as const) {
    it(`are those that can do something ${state}`, () => {
      assert.deepEqual(enabled(keys), [...expected].sort());
    });
  }

  it('use no key that nobody sets', () => {
    const known = new Set([
      ...Object.keys(KEYS),
      ...['isWorkspaceTrusted', 'workspaceFolderCount', 'editorLangId', 'resourceScheme'],
    ]);
    const clauses = [
      ...commands.map(({ enablement }) => enablement ?? ''),
      ...viewsWelcome.map(({ when }) => when),
    ];
    for (const key of clauses.flatMap(
      (clause) => clause.match(/(?<![-\w.])[a-zA-Z][\w.]+(?![-\w])/g) ?? [],
    )) {
      if (key !== 'python') assert.ok(known.has(key), key);
    }
  });
});

describe('the welcome views', () => {
  const shown = (view: string, keys: Keys): string[] =>
    viewsWelcome
      .filter((welcome) => welcome.view === view && holds(welcome.when, keys))
      .map(({ contents }) => contents);

  it('are exactly one in every state', () => {
    const needs = (interpreter: boolean, trainer: boolean): Keys =>
      inState({ runs: [], needs: { interpreter, trainer } });
    for (const [keys, expected] of [
      [{ workspaceFolderCount: 0, isWorkspaceTrusted: true }, ['noFolder', 'noFolder', 'noFolder']],
      [{ workspaceFolderCount: 1 }, ['untrusted', 'untrusted', 'untrusted']],
      [needs(false, false), ['noInterpreter', 'noTasks', 'noModels']],
      [needs(true, false), ['noTrainer', 'noTasks', 'noModels']],
      [needs(true, true), ['noRuns', 'noTasks', 'noModels']],
      [inState({}), ['noRuns', 'noTasks', 'noModels']],
    ] as const) {
      assert.deepEqual(
        ['leti.runs', 'leti.tasks', 'leti.models'].flatMap((view) => shown(view, keys)),
        expected.map((name) => `%welcome.${name}%`),
      );
    }
  });

  it('are one sentence and one button each', () => {
    const words = z
      .record(z.string(), z.string())
      .parse(JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')));
    for (const { contents } of viewsWelcome) {
      assert.match(
        words[contents.replaceAll('%', '')] ?? '',
        /^[^\n]+\.\n\[[^\]]+\]\(command:[^)]+\)$/,
        contents,
      );
    }
  });
});

describe('the settings', () => {
  const settings = new Map(configuration.flatMap(({ properties }) => Object.entries(properties)));

  it('that let programs escape or record the user cannot be set by a repository', () => {
    for (const name of ['leti.allowUncontained', 'leti.endpoint', 'leti.completion.learnFromUse']) {
      assert.match(settings.get(name)?.scope ?? '', /^(?:machine|application)$/, name);
    }
  });

  it('stay few', () => {
    assert.ok(
      settings.size <= 14,
      `${settings.size} settings, at most 14: can a default decide it (docs/how-to-add.md)? ${[...settings.keys()].join()}`,
    );
  });
});

describe('the documents', () => {
  it('name commands by their titles', () => {
    const titles = new Set(
      Object.values(
        z
          .record(z.string(), z.string())
          .parse(JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8'))),
      ),
    );
    const named = ['README.md', ...globSync('docs/**/*.md', { cwd: root })].flatMap((file) =>
      [...readFileSync(path.join(root, file), 'utf8').matchAll(/\*\*LeTI: ([^*]+)\*\*/g)].map(
        ([, title]) => title ?? '',
      ),
    );
    assert.ok(named.length > 5);
    assert.deepEqual(
      named.filter((title) => !titles.has(title)),
      [],
    );
  });
});
