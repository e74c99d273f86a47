/**
 * Simulates the gate: how often it promotes, refuses and stays undecided, by held-out tasks and true gain.
 *
 *     node test/bench/gate.ts [PROJECTS]
 *
 * A task's pass rate before training is drawn from a Beta(1.2, 0.8), which fits Qwen2.5-Coder-0.5B on the example: 60 % of
 * programs pass, and one task in ten fails four times. Its rate afterwards is moved on the logit scale by a shift that all
 * tasks share, which gives the true gain, and by one of its own (standard deviation 0.5). Both sides are measured with 8
 * programs per task and look.
 */
import { decide, detectableGain, MOST_LOOKS, type GateDecision } from '../../src/core/evaluation/gate.ts';
import { stream } from '../../src/core/random.ts';

const PROJECTS = Number(process.argv[2] ?? 2000);
const SAMPLES = 8;
const OWN_SHIFT = 0.5;
const TASKS = [10, 15, 20, 25, 50, 100];
const GAINS = [-0.1, -0.05, 0, 0.03, 0.05, 0.08, 0.1, 0.15, 0.2];
/** Rates from which the shift of a gain is found. */
const REFERENCE = 20_000;

const random = stream(20_261_201);

function normal(): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A Gamma variable of shape `k` (Marsaglia and Tsang 2000; for k < 1 by the power of a uniform). */
function gamma(k: number): number {
  if (k < 1) return gamma(k + 1) * random() ** (1 / k);
  const d = k - 1 / 3;
  for (;;) {
    const x = normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

function rate(): number {
  const [a, b] = [gamma(1.2), gamma(0.8)];
  return Math.min(1 - 1e-6, Math.max(1e-6, a / (a + b)));
}

function moved(p: number, shift: number): number {
  return 1 / (1 + Math.exp(-(Math.log(p / (1 - p)) + shift)));
}

const reference = Array.from({ length: REFERENCE }, () => ({ p: rate(), own: normal() * OWN_SHIFT }));
function meanGain(shift: number): number {
  return reference.reduce((sum, { p, own }) => sum + moved(p, shift + own) - p, 0) / reference.length;
}

/** The shift that gives a mean gain, by bisection. */
function shiftOf(gain: number): number {
  let [low, high] = [-6, 6];
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (meanGain(middle) < gain) low = middle;
    else high = middle;
  }
  return low;
}

function passes(p: number): number {
  let passed = 0;
  for (let sample = 0; sample < SAMPLES; sample += 1) if (random() < p) passed += 1;
  return passed;
}

/** One project: the decision, and the number of looks that it took. */
function project(tasks: number, shift: number | undefined): { decision: GateDecision; looks: number } {
  const rates = Array.from({ length: tasks }, () => {
    const p = rate();
    return { p, q: shift === undefined ? p : moved(p, shift + normal() * OWN_SHIFT) };
  });
  const counts = rates.map(() => ({ before: 0, after: 0 }));
  for (let look = 1; ; look += 1) {
    rates.forEach(({ p, q }, index) => {
      const count = counts[index];
      if (count === undefined) return;
      count.before += passes(p);
      count.after += passes(q);
    });
    const samples = look * SAMPLES;
    const pairs = counts.map(({ before, after }, index) => ({
      family: String(index),
      before: { taskId: '', samples, passed: before },
      after: { taskId: '', samples, passed: after },
    }));
    const decision = decide(pairs, look, MOST_LOOKS);
    if (decision.decision !== 'undecided' || look === MOST_LOOKS) return { decision, looks: look };
  }
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

console.log(`${PROJECTS} projects per cell, ${SAMPLES} programs per task and look, ${MOST_LOOKS} looks\n`);
console.log(
  '| held-out tasks | true gain | promoted | refused | cannot tell | looks | gain shown in 4 of 5 |',
);
console.log('|---|---|---|---|---|---|---|');
for (const tasks of TASKS) {
  const shown = detectableGain(tasks, MOST_LOOKS * SAMPLES);
  const cells = [undefined, ...GAINS];
  for (const gain of cells) {
    const shift = gain === undefined ? undefined : shiftOf(gain);
    const outcomes = Array.from({ length: PROJECTS }, () => project(tasks, shift));
    const share = (what: GateDecision['decision']): string =>
      percent(outcomes.filter(({ decision }) => decision.decision === what).length / PROJECTS);
    const looks = outcomes.reduce((sum, one) => sum + one.looks, 0) / PROJECTS;
    const name = gain === undefined ? 'none, the same weights' : `${(100 * gain).toFixed(0)} points`;
    console.log(
      `| ${tasks} | ${name} | ${share('promote')} | ${share('refuse')} | ${share('undecided')} | ${looks.toFixed(1)} | ${shown === undefined ? '' : `${(100 * shown).toFixed(1)} points`} |`,
    );
  }
}
