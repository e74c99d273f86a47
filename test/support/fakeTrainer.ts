import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { TrainerRequest } from '../../src/protocol/training.ts';
import { tinyExports } from './tinyExports.ts';
import { root, tinyFixture, type Fixture } from './tinyRun.ts';

/** What a fake trainer process is told; it reads this before it answers a request. */
export interface FakeTrainerPlan {
  /** Folders as `tinyExports` makes them, by the hash of their model's tokenizer. Each export is a copy of one. */
  exports: Readonly<Record<string, string>>;
  /** Bodies by function name; one is chosen for each sample. Without an entry there are right and wrong ones. */
  bodies?: Readonly<Record<string, readonly string[]>>;
  /** The model folder that a source gives, or why it refuses; without an entry it refuses. */
  sources?: Partial<Record<'download' | 'mirror' | 'convert', SourcePlan>>;
  /** Requests of this method answer so many events, and then nothing more until their process is stopped. */
  hold?: { method: TrainerRequest['method']; events: number };
}

/** What a fake source does. */
export type SourcePlan = { folder: string } | { code: string; message: string };

/**
 * A trainer for tests of bookkeeping: it speaks the trainer's protocol in a process of its own, and computes nothing.
 * Its path stands for the trainer's Python. Samples and losses are functions of seed, round, task, sample and weights,
 * the same on every machine.
 */
export class FakeTrainer {
  /** Give this as `trainerPython`. */
  readonly python: string;
  readonly #file: string;
  #plan: FakeTrainerPlan = { exports: {} };

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.python = path.join(folder, 'fake-trainer');
    this.#file = path.join(folder, 'fake-trainer.json');
    this.change({});
    const command = [
      path.join(root, 'node_modules/.bin/node'),
      path.join(root, 'test/support/fakeTrainerProcess.ts'),
      this.#file,
    ];
    writeFileSync(this.python, `#!/bin/sh\nexec ${command.map((part) => `'${part}'`).join(' ')} "$@"\n`);
    chmodSync(this.python, 0o755);
  }

  /** Changes parts of the plan, for all requests that follow. */
  change(parts: Partial<FakeTrainerPlan>): void {
    this.#plan = { ...this.#plan, ...parts };
    writeFileSync(this.#file, JSON.stringify(this.#plan));
  }

  /** Lets it export this model, and what it trains from it. */
  exportsAs(model: string, exports: string): void {
    this.change({ exports: { ...this.#plan.exports, [tokenizerHash(model)]: exports } });
  }

  /** Lets requests of this method wait after so many events, so that a test can stop a run there. */
  holdAt(method: TrainerRequest['method'], events: number): void {
    this.change({ hold: { method, events } });
  }

  /** Lets all requests come to their end. */
  release(): void {
    delete this.#plan.hold;
    this.change({});
  }
}

/** Under this name a plan lists the exports of a model; training changes no tokenizer. */
export function tokenizerHash(model: string): string {
  return createHash('sha256')
    .update(readFileSync(path.join(model, 'tokenizer.json')))
    .digest('hex');
}

/** The tiny tasks and model, and a fake trainer for them. */
export function fakeFixture(folder: string): { fixture: Fixture; trainer: FakeTrainer } {
  const fixture = tinyFixture(folder);
  const trainer = new FakeTrainer(path.join(folder, 'trainer'));
  trainer.exportsAs(fixture.model, tinyExports(fixture.model));
  return { fixture: { ...fixture, trainerPython: trainer.python }, trainer };
}
