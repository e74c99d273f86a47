import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { z } from 'zod';
import { AS_NOBODY } from './executor.ts';

const SOURCE = readFileSync(path.join(import.meta.dirname, 'bystander.py'), 'utf8');

/** A process of the same user as the programs, with something of each kind that they may reach for. */
export class Bystander {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  /** Where its things are, as a Python dictionary. */
  places = '';

  private constructor(child: ChildProcess, reader: Interface) {
    this.#child = child;
    this.#reader = reader;
    this.#lines = reader[Symbol.asyncIterator]();
  }

  static async start(interpreter: string, ordinaryUser: boolean): Promise<Bystander> {
    const command = [...(ordinaryUser ? ['setpriv', ...AS_NOBODY] : []), interpreter, '-I', '-c', SOURCE];
    const child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    const bystander = new Bystander(child, createInterface({ input: child.stdout }));
    bystander.places = await bystander.#line();
    return bystander;
  }

  /** What has happened to it or its things, in words. */
  async touched(): Promise<string[]> {
    this.#child.stdin?.write('\n');
    return z.array(z.string()).parse(JSON.parse(await this.#line()));
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.stdin?.end();
    this.#child.kill('SIGCONT');
    await closed;
    this.#reader.close();
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error('the bystander ended');
    return next.value;
  }
}
