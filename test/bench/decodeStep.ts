/**
 * Tokens a second of the bare decode step in Node: `node test/bench/decodeStep.ts ONNX ROWS PROMPT_TOKENS STEPS`. Prints
 * the median step in milliseconds.
 */
import { Engine } from '../../src/inference/engine.ts';
import { Graph } from '../../src/inference/graph.ts';

const [folder, ...numbers] = process.argv.slice(2);
const [rows, promptTokens, steps] = numbers.map(Number);
if (folder === undefined || rows === undefined || promptTokens === undefined || steps === undefined) {
  throw new Error('expected: ONNX ROWS PROMPT_TOKENS STEPS');
}
const engine = new Engine(await Graph.load(folder, { threads: 0, spinning: false, provider: 'cpu' }));
const prompt = Array.from({ length: promptTokens }, (_, index) => 100 + ((index * 7919) % 1000));
await engine.start([prompt], [rows], new AbortController().signal);
const times: number[] = [];
for (let step = 0; step < steps; step += 1) {
  const started = performance.now();
  await engine.step(new Array<number>(rows).fill(300));
  times.push(performance.now() - started);
}
times.sort((a, b) => a - b);
console.log(times[Math.floor(times.length / 2)]);
