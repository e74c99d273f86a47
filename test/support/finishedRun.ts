import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { workspaceFiles } from '../../src/app/folders.ts';
import { madeOnce } from './fixtures.ts';
import { cliCommand, tinyFixture, tinyRunArguments, type Fixture } from './tinyRun.ts';

/** What decides how a run goes; the editor's side does not. */
const SOURCES = [
  ...[
    'app',
    'cli',
    'core',
    'execution',
    'harvest',
    'inference',
    'process',
    'protocol',
    'store',
    'training',
  ].map((name) => `src/${name}`),
  'python',
  ...['tiny_model.py', 'tiny_llama.py', 'tinyRun.ts', 'finishedRun.ts'].map((name) => `test/support/${name}`),
];
const EVENTS = 'events.jsonl';
const MADE_IN = 'made-in.txt';

export interface FinishedRun {
  fixture: Fixture;
  /** LeTI's home with the run, its models and their exports. */
  home: string;
  /** What `leti train --json` wrote. */
  events: Record<string, unknown>[];
}

/** Puts a copy of one finished `leti train` run on the tiny tasks into a folder. The run itself is made once. */
export function finishedRun(folder: string): FinishedRun {
  const here = realpathSync(folder);
  const made = madeOnce('finished-run', SOURCES, '', makeRun);
  const there = readFileSync(path.join(made, MADE_IN), 'utf8');
  const fixture = tinyFixture(here);
  const home = path.join(here, 'home');
  cpSync(path.join(made, 'home'), home, { recursive: true });
  renameSources(home, there, here);
  moveRuns(path.join(there, 'workspace'), fixture.workspace, home, there, here);
  const events = readFileSync(path.join(made, EVENTS), 'utf8').replaceAll(there, here).trim().split('\n');
  return { fixture, home, events: events.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

function makeRun(folder: string): void {
  const here = realpathSync(folder);
  const fixture = tinyFixture(here);
  const [command, args] = cliCommand([...tinyRunArguments(fixture), '--measure-train']);
  const events = execFileSync(command, args, {
    env: { ...process.env, LETI_HOME: path.join(here, 'home') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  writeFileSync(path.join(here, EVENTS), events);
  writeFileSync(path.join(here, MADE_IN), here);
}

/** A stored model tells from which folder it came. */
function renameSources(home: string, there: string, here: string): void {
  const models = path.join(home, 'models');
  for (const hash of readdirSync(models)) {
    for (const name of ['leti.json', 'README.md']) {
      const file = path.join(models, hash, name);
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(there, here));
    }
  }
}

/** A workspace's runs lie in a folder that is named by the workspace's path, and name paths themselves. */
function moveRuns(from: string, to: string, home: string, there: string, here: string): void {
  const target = workspaceFiles(to, { LETI_HOME: home });
  renameSync(workspaceFiles(from, { LETI_HOME: home }).folder, target.folder);
  const store = new DatabaseSync(target.store);
  store.prepare('UPDATE runs SET config = replace(config, ?, ?)').run(there, here);
  store.close();
}
