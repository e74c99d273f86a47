import cliProgress from 'cli-progress';
import type { RunEvent } from '../protocol/run.ts';
import { evaluationLine, gateLine, percent } from './text.ts';

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

/** Results on standard output, everything else on standard error. */
abstract class TextOutput implements Output {
  event(event: RunEvent): void {
    if (event.event === 'progress') this.progress(event);
    else this.line(describe(event));
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
          format: '{phase} [{bar}] {value}/{total} {facts}',
          hideCursor: true,
          stream: process.stderr,
          fps: 5,
        },
        cliProgress.Presets.shades_classic,
      );
      this.#bar.start(event.total, event.done, { phase: event.phase, facts: '' });
    }
    this.#bar?.setTotal(event.total);
    this.#bar?.update(event.done, { facts: facts(event) });
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
    this.line(`${event.phase}: ${event.done} of ${event.total}${suffix(facts(event))}`);
  }

  protected line(text: string): void {
    process.stderr.write(text + '\n');
  }

  end(): void {
    // Lines are whole as they are written.
  }
}

function describe(event: Exclude<RunEvent, ProgressEvent>): string {
  switch (event.event) {
    case 'run':
      return `${event.resumed ? 'Resuming' : 'Starting'} run ${event.run} in ${event.workspace}`;
    case 'tasks':
      return `Tasks: ${event.train} to train on, ${event.heldOut} held out${event.dropped > 0 ? `, ${event.dropped} dropped (leti tasks list shows why)` : ''}`;
    case 'phase':
      return `${event.phase}: ${event.detail}`;
    case 'notice':
      return `Note: ${event.message}`;
    case 'evaluation':
      return evaluationLine(event.evaluation);
    case 'training':
      return event.training.examples === 0
        ? `Round ${event.round}: nothing trained`
        : `Round ${event.round}: trained on ${event.training.examples} programs and ${event.training.mixed} pieces of source in ${event.training.steps} steps, ${Math.round(event.training.seconds)} s (${event.training.method}, ${event.training.precision})`;
    case 'gate':
      return gateLine(event.gate);
    case 'export':
      return `Exported ${event.precision}: ${percent(event.agreement)} of ${event.tokens} tokens agree with torch; ${event.folder}`;
  }
}

/** Rates and time left, from what this process did in this phase. */
function facts(event: ProgressEvent): string {
  const parts: string[] = [];
  const { seconds } = event;
  if (event.programs !== undefined && event.programs > 0 && seconds > 0) {
    parts.push(`${(event.programs / seconds).toFixed(1)} programs/s`);
  }
  if (event.tokens !== undefined && event.tokens > 0 && seconds > 0) {
    parts.push(`${Math.round(event.tokens / seconds)} tokens/s`);
  }
  if (event.passed !== undefined && event.programs !== undefined && event.programs > 0) {
    parts.push(`${percent(event.passed / event.programs)} passed`);
  }
  if (event.loss !== undefined) parts.push(`loss ${event.loss.toFixed(3)}`);
  const worked = event.programs ?? event.done;
  if (worked > 0 && event.done < event.total && seconds > 1) {
    parts.push(`${Math.ceil((seconds / worked) * (event.total - event.done))} s left`);
  }
  return parts.join(', ');
}

function suffix(text: string): string {
  return text === '' ? '' : ` (${text})`;
}
