import cliProgress from 'cli-progress';
import type { RunEvent } from '../protocol/run.ts';
import { describeEvent, progressAmount, progressFacts, progressLine } from '../core/text/words.ts';
import { commandLineStep } from './stepWords.ts';

/** Where a command's words go: bars and lines for people, plain lines in a pipe, JSON lines for programs. */
export interface Output {
  /** Shows an event of a run or of a preparation. */
  event(event: RunEvent): void;
  /** A result: text for people, or the object itself as one JSON line. */
  result(value: unknown, text: () => string): void;
  /** Leaves no half-drawn bar behind. */
  end(): void;
}

export function createOutput(options: { json: boolean }): Output {
  if (options.json) return new JsonOutput();
  return process.stderr.isTTY ? new TerminalOutput() : new LineOutput();
}

/** One JSON object a line and nothing else on standard output. */
class JsonOutput implements Output {
  event(event: RunEvent): void {
    process.stdout.write(JSON.stringify(event) + '\n');
  }

  result(value: unknown): void {
    process.stdout.write(JSON.stringify(value) + '\n');
  }

  end(): void {
    // Nothing is ever half written.
  }
}

type ProgressEvent = Extract<RunEvent, { event: 'progress' }>;

/** What to do about an event, if anything. */
function hint(event: RunEvent): string {
  if (event.event === 'tasks' && event.dropped > 0) return ' (`leti tasks list` shows why)';
  if (event.event === 'notice' && event.nextStep !== undefined) return ` ${commandLineStep(event.nextStep)}`;
  return '';
}

/** Results on standard output, everything else on standard error. */
abstract class TextOutput implements Output {
  event(event: RunEvent): void {
    if (event.event === 'progress') this.progress(event);
    else {
      this.line(`${describeEvent(event)}${hint(event)}`);
    }
  }

  result(_value: unknown, text: () => string): void {
    this.end();
    process.stdout.write(text() + '\n');
  }

  abstract end(): void;
  protected abstract progress(event: ProgressEvent): void;
  protected abstract line(text: string): void;
}

class TerminalOutput extends TextOutput {
  #bar: cliProgress.SingleBar | undefined;
  #phase = '';

  protected progress(event: ProgressEvent): void {
    if (event.phase !== this.#phase) {
      this.end();
      this.#phase = event.phase;
      this.#bar = new cliProgress.SingleBar(
        {
          format: '{phase} [{bar}] {amount} {facts}',
          hideCursor: true,
          stream: process.stderr,
          fps: 5,
        },
        cliProgress.Presets.shades_classic,
      );
      this.#bar.start(event.total, event.done, {
        phase: event.phase,
        amount: progressAmount(event),
        facts: '',
      });
    }
    this.#bar?.setTotal(event.total);
    this.#bar?.update(event.done, { amount: progressAmount(event), facts: progressFacts(event) });
    if (event.done >= event.total) this.end();
  }

  protected line(text: string): void {
    this.end();
    process.stderr.write(text + '\n');
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
    this.#phase = '';
  }
}

/** Seconds between two lines of one phase in a pipe. */
const LINE_SECONDS = 10;

class LineOutput extends TextOutput {
  #phase = '';
  #last = 0;

  protected progress(event: ProgressEvent): void {
    const ended = event.done >= event.total;
    const now = Date.now();
    if (event.phase === this.#phase && !ended && now - this.#last < LINE_SECONDS * 1000) return;
    this.#phase = ended ? '' : event.phase;
    this.#last = now;
    this.line(progressLine(event));
  }

  protected line(text: string): void {
    process.stderr.write(text + '\n');
  }

  end(): void {
    // Lines are whole as they are written.
  }
}
