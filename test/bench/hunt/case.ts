import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { runCommand, type CommandResult } from '../../../src/process/runCommand.ts';
import { root } from '../../support/environment.ts';

export interface Answer {
  /** What came, for the table. */
  got: string;
  ok: boolean;
}

/** How a case is run, and when its answer is right. */
export interface Reproduction {
  expected: string;
  /** It completes code with the default model. */
  needsModel?: boolean;
  run(one: Case): Promise<Answer>;
}

const Tasks = z.object({
  event: z.literal('tasks'),
  tasks: z.array(z.object({ id: z.string() })),
  dropped: z.array(z.object({ id: z.string(), reason: z.string() })),
});
export type Listed = z.infer<typeof Tasks>;

/** A copy of a case's folder, with a data folder for LeTI beside it. */
export class Case {
  readonly folder: string;
  readonly python: string;
  readonly home: string;
  readonly #made: string;
  readonly #source: string;

  private constructor(source: string, made: string, python: string, home: string | undefined) {
    this.#source = source;
    this.#made = made;
    this.folder = path.join(made, 'case');
    this.python = python;
    this.home = home ?? path.join(made, 'home');
  }

  static async make(source: string, { python, home }: { python: string; home?: string }): Promise<Case> {
    const made = await mkdtemp(path.join(tmpdir(), 'leti-hunt-'));
    const one = new Case(source, made, python, home);
    await cp(source, one.folder, { recursive: true });
    await rm(path.join(one.folder, 'README.md'));
    return one;
  }

  /** The path of something in the case's folder. */
  at(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** A path beside the case's folder, which goes with it. */
  beside(name: string): string {
    return path.join(this.#made, name);
  }

  /** The path of something in another case's folder. Do not change it. */
  sibling(...names: string[]): string {
    return path.join(path.dirname(this.#source), ...names);
  }

  async read(name: string): Promise<string> {
    return await readFile(this.at(name), 'utf8');
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(this.at(name), text);
  }

  /** Runs the built command line in the case's folder. */
  async leti(
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    onLine: (line: string) => void = () => undefined,
  ): Promise<CommandResult> {
    return await this.run(process.execPath, [path.join(root, 'dist', 'leti.mjs'), ...args], env, onLine);
  }

  /** Starts the built command line in the case's folder; gives the lines of its standard output. */
  start(args: readonly string[]): { child: ChildProcess; lines: AsyncIterable<string> } {
    const child = spawn(process.execPath, [path.join(root, 'dist', 'leti.mjs'), ...args], {
      cwd: this.folder,
      env: this.#environment({}),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return { child, lines: createInterface({ input: child.stdout }) };
  }

  /** Runs a command in the case's folder. */
  async run(
    command: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = {},
    onLine: (line: string) => void = () => undefined,
  ): Promise<CommandResult> {
    return await runCommand(command, args, { cwd: this.folder, env: this.#environment(env), onLine });
  }

  #environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return { ...process.env, LETI_HOME: this.home, ...env };
  }

  /** Runs a command that has to succeed. */
  async need(command: string, args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(command, args);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr.slice(-300)}`);
    return stdout;
  }

  /** The ids of the tasks that `leti tasks list` finds in a folder of the case, and the reasons of the others. */
  async tasks(args: readonly string[] = [], folder = '.'): Promise<Listed> {
    // The tasks of a large package are longer than what a command's result keeps.
    let last = '';
    const { code, stderr } = await this.leti(['tasks', 'list', folder, '--json', ...args], {}, (line) => {
      if (line.startsWith('{')) last = line;
    });
    if (code !== 0) throw new Error(`exit ${code}: ${last} ${stderr}`);
    return Tasks.parse(JSON.parse(last));
  }

  /** A virtual environment `.venv` of the case's folder, with packages. */
  async environment(...packages: string[]): Promise<string> {
    await this.need(this.python, ['-m', 'venv', '.venv']);
    const python = this.at('.venv', 'bin', 'python');
    if (packages.length > 0) await this.need(python, ['-m', 'pip', 'install', '-q', ...packages]);
    return python;
  }

  async remove(): Promise<void> {
    await rm(this.#made, { recursive: true, force: true });
  }
}

/** Whether exactly these tasks were found; what was found, or why not. */
export function found(listed: Listed, ids: readonly string[]): Answer {
  const have = listed.tasks.map(({ id }) => id).sort();
  const reasons = listed.dropped.map(({ id, reason }) => `${id}: ${reason}`);
  const ok = JSON.stringify(have) === JSON.stringify([...ids].sort());
  return { got: ok ? have.join(', ') : `${have.join(', ')} [${reasons.join('; ')}]`, ok };
}

/** Whether these tasks were found, or each is left out for a reason with these words. */
export function foundOr(listed: Listed, ids: readonly string[], words: RegExp): Answer {
  const tasks = found(listed, ids);
  const explained = ids.every((id) =>
    listed.dropped.some((drop) => drop.id === id && words.test(drop.reason)),
  );
  return { got: tasks.got, ok: tasks.ok || explained };
}

/** Both answers are right. */
export function both(...answers: Answer[]): Answer {
  return {
    got: answers.map(({ got }) => got).join(' / '),
    ok: answers.every(({ ok }) => ok),
  };
}

export function says({ stdout, stderr }: CommandResult): string {
  return `${stdout}${stderr}`.trim();
}

/** Whether an output shows places in our own code, as no user should see it. */
export function hasStack(text: string): boolean {
  return /^\s+at .+[:(]/m.test(text) || text.includes('Traceback (most recent');
}
