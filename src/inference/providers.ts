import { listSupportedBackends } from 'onnxruntime-node';
import type { ProviderTrial } from '../protocol/completion.ts';
import { argmax } from './choice.ts';
import { Graph, type GraphOptions } from './graph.ts';
import { ReusedRow } from './reusedRow.ts';

/** The tokens that a trial reads before the measured steps. */
const PROMPT = Array.from({ length: 32 }, (_, index) => 1 + ((index * 37) % 100));
const STEPS = 6;
/**
 * Most first choices that may differ from the CPU's. Other kernels round differently, and int8 makes that worse; more
 * differences mean wrong results.
 */
const MOST_DIFFERENT = 2;
/** Providers that are worth a trial if the package has them. */
const ACCELERATORS = ['cuda', 'coreml', 'dml', 'webgpu'];

interface Trial {
  provider: string;
  graph: Graph;
  stepMs: number;
  /** The model's first choices in the trial. */
  choices: readonly number[];
}

/** The execution providers of this build of onnxruntime-node, without the CPU. */
function accelerators(): string[] {
  const known = listSupportedBackends().map(({ name }) => name);
  return ACCELERATORS.filter((name) => known.includes(name));
}

/**
 * Loads an exported folder with the execution provider whose steps are shortest, the CPU or one of `others`. Returns the
 * trials, the chosen one first. Without `others` it measures nothing.
 * @throws UserError when the folder cannot be loaded on the CPU.
 */
export async function loadFastest(
  folder: string,
  options: Omit<GraphOptions, 'provider'>,
  others: readonly string[] = accelerators(),
): Promise<{ graph: Graph; providers: ProviderTrial[] }> {
  const cpu = await Graph.load(folder, { ...options, provider: 'cpu' });
  if (others.length === 0) return { graph: cpu, providers: [{ provider: 'cpu' }] };
  let best: Trial = { provider: 'cpu', graph: cpu, ...(await measure(cpu)) };
  const trials: ProviderTrial[] = [recordOf(best)];
  for (const provider of others) {
    const trial = await tryProvider(folder, { ...options, provider }, best.choices);
    if ('refused' in trial) {
      trials.push(trial);
      continue;
    }
    trials.push(recordOf(trial));
    const [faster, slower] = trial.stepMs < best.stepMs ? [trial, best] : [best, trial];
    best = faster;
    await slower.graph.close();
  }
  const chosen = best.provider;
  return {
    graph: best.graph,
    providers: trials.sort((a, b) => Number(b.provider === chosen) - Number(a.provider === chosen)),
  };
}

async function tryProvider(
  folder: string,
  options: GraphOptions,
  expected: readonly number[],
): Promise<Trial | { provider: string; refused: string }> {
  const { provider } = options;
  let graph: Graph | undefined;
  try {
    graph = await Graph.load(folder, options);
    const { stepMs, choices } = await measure(graph, expected);
    const different = choices.filter((choice, at) => choice !== expected[at]).length;
    if (different <= MOST_DIFFERENT) return { provider, graph, stepMs, choices };
    await graph.close();
    return { provider, refused: 'it computes something else than the CPU' };
  } catch (error) {
    await graph?.close();
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { provider, refused: (cause instanceof Error ? cause.message : String(cause)).trim() };
  }
}

/**
 * The median time of a step in milliseconds, and the choices. Reads `text`, or its own choices without it. The time leaves
 * out the first step, which allocates.
 */
async function measure(graph: Graph, text?: readonly number[]): Promise<Pick<Trial, 'stepMs' | 'choices'>> {
  const row = new ReusedRow(graph);
  const choices: number[] = [];
  const times: number[] = [];
  let [logits] = await row.read(PROMPT, 1);
  for (let step = 0; step <= STEPS; step += 1) {
    const choice = argmax(logits ?? new Float32Array(0));
    choices.push(choice);
    const started = performance.now();
    [logits] = await row.read([text?.[step] ?? choice], 1);
    if (step > 0) times.push(performance.now() - started);
  }
  return { stepMs: times.sort((a, b) => a - b)[STEPS >> 1] ?? 0, choices };
}

function recordOf({ provider, stepMs }: Trial): ProviderTrial {
  return { provider, stepMs };
}
