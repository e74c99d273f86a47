/**
 * Programs per second with free rows refilled, against batches that are written to their end, with the same weights, prompts
 * and random numbers. The two forms take turns.
 *
 *     node test/bench/refill.ts MODEL [TASKS] [TURNS]
 *
 * MODEL is a name or hash that `leti train` takes. LETI_HOME holds the model and its fp32 export.
 */
import os from 'node:os';
import path from 'node:path';
import { Workbench } from '../../src/app/workbench.ts';
import { gatherTasks } from '../../src/app/tasks/gather.ts';
import { DEFAULT_RUN } from '../../src/core/defaults.ts';
import { samplingPrompt } from '../../src/core/learning/prompts.ts';
import { keyOf } from '../../src/core/random.ts';
import { stopRule } from '../../src/core/text/trimming.ts';
import type { SampleBatch } from '../../src/protocol/sampling.ts';

const [name = 'default', count = '61', turns = '2'] = process.argv.slice(2);
const workspace = path.resolve(import.meta.dirname, '../../examples/workspace');
const workbench = new Workbench({
  workspace,
  device: 'cpu',
  interpreter: undefined,
  trainerPython: process.env['LETI_TRAINER_PYTHON'],
  allowUncontained: false,
  env: process.env,
  observe: () => undefined,
  signal: new AbortController().signal,
});
const config = { ...DEFAULT_RUN, workspace };
const tasks = (await gatherTasks(config, workbench)).tasks
  .filter(({ side }) => side === 'train')
  .slice(0, Number(count))
  .map(({ task }) => task);
const model = await workbench.resolveModel(name);
const sampler = await workbench.roundSampler(model, tasks);
const { samples, batchRows: rows, temperature, topP, topK, maxTokens, seed } = DEFAULT_RUN;
const settings = { temperature, topP, topK, maxTokens, seed, round: 1 };
const items = tasks.map((task) => ({
  key: keyOf(task.id),
  prompt: samplingPrompt(task, model.style, 'none'),
  samples,
  stop: stopRule(task),
}));
const perBatch = Math.floor(rows / samples);
const forms: Record<string, SampleBatch[]> = {
  'to their end': Array.from({ length: Math.ceil(items.length / perBatch) }, (_, index) => ({
    ...{ items: items.slice(index * perBatch, (index + 1) * perBatch), rows, settings },
  })),
  refilled: [{ items, rows, settings }],
};
const texts: Record<string, string[]> = {};
const seconds: Record<string, number> = { 'to their end': 0, refilled: 0 };
for (let turn = 0; turn < Number(turns); turn += 1) {
  for (const [form, batches] of Object.entries(forms)) {
    const written: string[] = [];
    const begun = performance.now();
    for (const batch of batches) {
      for await (const { key, sample, text } of sampler.sample(batch))
        written.push(`${key}/${sample} ${text}`);
    }
    seconds[form] = (seconds[form] ?? 0) + (performance.now() - begun) / 1000;
    texts[form] = written.sort();
  }
}
const [ended = [], refilled = []] = [texts['to their end'], texts['refilled']];
const programs = ended.length * Number(turns);
const equal = ended.filter((text, index) => text === refilled[index]).length;
console.log(`${model.record.name}, ${sampler.engine}, load ${os.loadavg()[0]?.toFixed(1)}`);
for (const [form, time] of Object.entries(seconds)) {
  console.log(
    `${form}: ${programs} programs in ${time.toFixed(0)} s, ${(programs / time).toFixed(2)} per second`,
  );
}
console.log(
  `ratio ${((seconds['to their end'] ?? 0) / (seconds['refilled'] ?? 1)).toFixed(2)}, ${equal} of ${ended.length} programs equal`,
);
await sampler.close();
await workbench.close();
