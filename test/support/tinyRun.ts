import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Task } from '../../src/protocol/task.ts';
import { root, trainerPython } from './environment.ts';
import { tinyModel } from './fixtures.ts';

export { root, trainerPython };

const OPERATIONS: [string, string, (x: number) => number][] = [
  ['add_one', 'x + 1', (x) => x + 1],
  ['add_two', 'x + 2', (x) => x + 2],
  ['double', 'x * 2', (x) => x * 2],
  ['triple', 'x * 3', (x) => x * 3],
  ['square', 'x * x', (x) => x * x],
  ['negate', '-x', (x) => -x],
  ['same', 'x', (x) => x],
  ['minus_one', 'x - 1', (x) => x - 1],
];

/** The smallest model of the catalogue: every machine can train it, and it comes with the trainer environment. */
export const SMALLEST_MODEL = 'SmolLM2-135M-Instruct';

/** Tiny tasks in our own format; their programs are one line. */
export function tinyTasks(names: readonly string[]): Task[] {
  return OPERATIONS.filter(([name]) => names.includes(name)).map(([name, expression, compute]) => ({
    id: `tiny/${name}`,
    source: 'file',
    name,
    instruction: `Write ${name.replace('_', ' ')}.`,
    prefix: `def ${name}(x):`,
    hole: 'body',
    indent: 4,
    setup: '',
    checks: [2, 5, 7].map((x) => ({
      kind: 'statements' as const,
      source: `assert ${name}(${x}) == ${compute(x)}`,
    })),
    reference: `\n    return ${expression}`,
    family: name,
  }));
}

export const TRAIN = ['add_one', 'double', 'square', 'negate', 'minus_one'];
export const HELD_OUT = ['add_two', 'triple', 'same'];

export interface Fixture {
  folder: string;
  model: string;
  tasks: string;
  heldOut: string;
  workspace: string;
  /** The trainer's Python where it is another one than that of `npm test`, such as a FakeTrainer's. */
  trainerPython?: string;
}

/** Writes the tiny tasks, to train on and held out, into a folder. */
export function writeTinyTasks(folder: string): { tasks: string; heldOut: string } {
  const files = taskFiles(folder);
  writeFileSync(files.tasks, taskLines(TRAIN));
  writeFileSync(files.heldOut, taskLines(HELD_OUT));
  return files;
}

function taskFiles(folder: string): { tasks: string; heldOut: string } {
  return { tasks: path.join(folder, 'train.jsonl'), heldOut: path.join(folder, 'held-out.jsonl') };
}

function taskLines(names: readonly string[]): string {
  return tinyTasks(names)
    .map((task) => JSON.stringify(task) + '\n')
    .join('');
}

/** Tiny tasks and a tiny model that was trained on them, in a folder of the caller's. */
export function tinyFixture(folder: string): Fixture {
  const fixture = {
    folder,
    model: path.join(folder, 'model'),
    ...taskFiles(folder),
    workspace: path.join(folder, 'workspace'),
  };
  mkdirSync(fixture.workspace, { recursive: true });
  writeTinyTasks(folder);
  cpSync(tinyModel(taskLines([...TRAIN, ...HELD_OUT])), fixture.model, { recursive: true });
  return fixture;
}

/** A function, its docstring and its body. */
type KnownProgram = readonly [name: string, docstring: string, body: string];

/** A tiny model that knows bodies of one function by heart, asked for as its workspace's task asks. */
export function modelOf(
  folder: string,
  name: string,
  docstring: string,
  ...bodies: [string, ...string[]]
): string {
  const programs = bodies.map((body): KnownProgram => [name, docstring, body]);
  return modelThatKnows(path.join(folder, `model-${name}`), programs);
}

/** A tiny model that knows programs by heart, right ones or wrong ones. */
export function modelThatKnows(model: string, programs: readonly KnownProgram[]): string {
  const tasks = programs.map(([name, docstring, body]) => ({
    instruction: `Write the body of the Python function \`${name}\`: ${docstring}`,
    prefix: `def ${name}(x):\n    """${docstring}"""`,
    reference: `\n    ${body}`,
  }));
  const lines = tasks.map((task) => JSON.stringify(task) + '\n').join('');
  cpSync(tinyModel(lines), model, { recursive: true });
  return model;
}

/** How `leti` is started. */
export function cliCommand(args: readonly string[]): [command: string, args: string[]] {
  return [path.join(root, 'node_modules/.bin/node'), [letiScript(), ...args]];
}

let script: string | undefined;

/** The command: as it was built where that is newer than its sources, which starts four times as fast, else its source. */
export function letiScript(): string {
  script ??=
    builtAt() > newestSource() ? path.join(root, 'dist/leti.mjs') : path.join(root, 'src/cli/main.ts');
  return script;
}

/** When the command was built; 0 if it was not. Its map is written anew when a comment changes too. */
function builtAt(): number {
  const file = path.join(root, 'dist/cli.mjs.map');
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

function newestSource(): number {
  const files = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** One `leti` process, with its JSON events, or with what it prints for people where `asText` is true. */
export class LetiProcess {
  readonly child: ChildProcess;
  readonly events: Record<string, unknown>[] = [];
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stdout = '';
  stderr = '';

  constructor(
    args: readonly string[],
    home: string,
    onEvent: (event: Record<string, unknown>, process: LetiProcess) => void = () => undefined,
    asText = false,
    where: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ) {
    this.child = spawn(...cliCommand(args), {
      ...(where.cwd === undefined ? {} : { cwd: where.cwd }),
      env: { ...process.env, ...where.env, LETI_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.stdout += line + '\n';
        if (asText) return;
        const event = JSON.parse(line) as Record<string, unknown>;
        this.events.push(event);
        onEvent(event, this);
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => {
        resolve({ code, signal });
      });
    });
  }
}

/** Ids of the processes whose command line or environment names the given folder. */
export function processesNaming(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => {
      try {
        return (
          readFileSync(`/proc/${name}/environ`, 'utf8').includes(text) ||
          readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text)
        );
      } catch {
        // It ended while we looked, or is not ours.
        return false;
      }
    })
    .map(Number);
}

/** `leti train` on the tiny tasks with the tiny model: a run of seconds. */
export function trainTiny(
  fixture: Fixture,
  home: string,
  more: readonly string[] = [],
  onEvent?: (event: Record<string, unknown>, process: LetiProcess) => void,
): LetiProcess {
  return new LetiProcess([...tinyRunArguments(fixture), ...more], home, onEvent);
}

export function tinyRunArguments(fixture: Fixture): string[] {
  const { workspace, tasks, heldOut, model } = fixture;
  return [
    ...['train', workspace, '--tasks', tasks, '--held-out', heldOut, '--json', '--model', model],
    ...['--samples', '4', '--held-out-samples', '4', '--epochs', '3', '--batch', '4'],
    ...['--trainer-python', fixture.trainerPython ?? trainerPython()],
  ];
}
