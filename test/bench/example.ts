/**
 * How long the example takes from nothing, and how much memory its processes hold at most.
 *
 *   node test/bench/example.ts [--keep FOLDER]
 *
 * The data folder is new and empty, so that the trainer environment and the default model are made as for a new user.
 * Memory is the sum of the proportional set sizes of all processes, looked at twice a second (Linux only).
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { keep: { type: 'string' } } });
const root = path.resolve(import.meta.dirname, '../..');
const home = values.keep ?? mkdtempSync(path.join(os.tmpdir(), 'leti-bench-example-'));
const args = [path.join(root, 'dist/leti.mjs'), 'train', path.join(root, 'examples/workspace'), '--json'];

const first = await once('first call, empty data folder');
const second = await once('second call', { stopAtSampling: true });
console.log(
  `first call: ${first.seconds.toFixed(0)} s, of which ${first.sampling.toFixed(0)} s until it samples`,
);
for (const [phase, bytes] of first.peaks) console.log(`  at most ${gib(bytes)} in ${phase}`);
console.log(`first call: at most ${gib(Math.max(...first.peaks.values()))} in all its processes`);
console.log(`second call: samples after ${second.sampling.toFixed(1)} s`);
if (values.keep === undefined) rmSync(home, { recursive: true, force: true });

interface Outcome {
  seconds: number;
  /** Seconds until the first program was written. */
  sampling: number;
  /** The most bytes held in each phase. */
  peaks: Map<string, number>;
}

async function once(name: string, options: { stopAtSampling?: boolean } = {}): Promise<Outcome> {
  const started = performance.now();
  const seconds = (): number => (performance.now() - started) / 1000;
  const child = spawn(process.execPath, args, {
    env: { ...process.env, LETI_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let sampling = Number.NaN;
  let phase = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as { event: string; phase?: string; done?: number };
    const label = event.phase ?? event.event;
    if (label !== phase) console.log(`  ${name}, ${seconds().toFixed(1)} s: ${label}`);
    phase = label;
    if (Number.isNaN(sampling) && event.event === 'progress' && (event.done ?? 0) > 0) {
      if (/^(sample|evaluate)/.test(label)) {
        sampling = seconds();
        if (options.stopAtSampling === true) child.kill('SIGINT');
      }
    }
  });
  const peaks = new Map<string, number>();
  const look = setInterval(() => {
    peaks.set(phase, Math.max(peaks.get(phase) ?? 0, treeBytes(child.pid ?? 0)));
  }, 500);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearInterval(look);
  if (code !== 0 && options.stopAtSampling !== true) throw new Error(`${name} ended with ${code}`);
  return { seconds: seconds(), sampling, peaks };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}

/** The memory of a process and all its descendants. */
function treeBytes(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  let bytes = 0;
  for (const id of parents.keys()) {
    let ancestor: number | undefined = id;
    while (ancestor !== undefined && ancestor !== pid) ancestor = parents.get(ancestor);
    if (ancestor === undefined) continue;
    bytes += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${id}/smaps_rollup`))?.[1] ?? 0) * 1024;
  }
  return bytes;
}

/** A file's text, or nothing where its process has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
