import path from 'node:path';
import { DEFAULT_RUN } from '../core/defaults.ts';
import { renderFeedback } from '../core/feedback.ts';
import { finishCompletion } from '../core/completion/finish.ts';
import { rankCandidates, type Candidate } from '../core/completion/ranking.ts';
import { assembleProgram, executionJob } from '../core/program.ts';
import { keyOf } from '../core/random.ts';
import { scanWorkspace } from '../harvest/scan.ts';
import { tasksOf } from '../harvest/workspace.ts';
import type { RankedCompletion, VerifiedCompletion } from '../protocol/backend.ts';
import type { ExecutionResult } from '../protocol/execution.ts';
import type { Task } from '../protocol/task.ts';
import type { CompletionPlace, CompletionService, Draft } from './complete.ts';
import { limitsOf } from './limits.ts';
import type { Workbench } from './workbench.ts';

export interface VerifyRequest extends CompletionPlace {
  /** Path of the file. */
  path: string;
  candidates: number;
  /** False ranks by agreement alone, and runs nothing. */
  execute: boolean;
  signal: AbortSignal;
}

/** What a repair can mend without knowing more of the task. */
const REPAIRABLE = new Set([
  'SyntaxError',
  'IndentationError',
  'TabError',
  'NameError',
  'UnboundLocalError',
  'TypeError',
]);
/** Files with a candidate in them that are looked through for tests: a first candidate may be no real body. */
const MOST_SCANS = 3;

interface Judged extends Candidate {
  feedback?: { program: string; text: string };
}

/**
 * Writes several candidates and runs each against the doctests and tests of the function at the cursor, in the sandbox.
 * Where none passes, what the interpreter said of the best one that failed by a syntax, name or type error is told
 * to the model once. Without tests, candidates are ordered by how many say the same.
 */
export async function verifyCompletion(
  service: CompletionService,
  bench: Workbench,
  request: VerifyRequest,
): Promise<VerifiedCompletion> {
  const context = await service.context(request);
  const draft = await service.draft(context);
  const first = await write(service, draft, request, request.candidates);
  const parsing = first.filter(({ feedback }) => feedback === undefined);
  const task = request.execute ? await coveringTask(bench, request, draft, parsing) : undefined;
  if (task === undefined) {
    return { candidates: ranked(parsing), repaired: 0, model: draft.used.name };
  }
  const run = async (candidates: readonly Judged[]): Promise<Judged[]> =>
    await Promise.all(
      candidates.map(async (candidate, id) => await judge(bench, task, request, draft, candidate, id)),
    );
  const judged = await run(parsing);
  const broken = first.filter(({ feedback }) => feedback !== undefined);
  const feedback = judged.some(({ verdict }) => verdict === 'passed')
    ? undefined
    : toRepair([...judged, ...broken]);
  let repaired: Judged[] = [];
  if (feedback !== undefined) {
    const again = await service.draft(context, feedback);
    const written = await write(service, again, request, Math.ceil(request.candidates / 2));
    repaired = await run(written.filter((candidate) => candidate.feedback === undefined));
  }
  return {
    candidates: ranked([...judged, ...repaired]),
    task: task.id,
    repaired: repaired.length,
    model: draft.used.name,
  };
}

function ranked(candidates: readonly Judged[]): RankedCompletion[] {
  return rankCandidates(candidates).map(({ text, label, verdict, checksPassed, checksTotal, agreement }) => ({
    ...{ text, label, checksPassed, checksTotal, agreement },
    ...(verdict === undefined ? {} : { verdict }),
  }));
}

/** One greedy candidate and sampled ones; those with which the file does not parse have that as their feedback. */
async function write(
  service: CompletionService,
  draft: Draft,
  place: VerifyRequest,
  count: number,
): Promise<Judged[]> {
  const { completer } = draft.used;
  const texts = [(await completer.complete(draft.request, { signal: place.signal })).text];
  if (count > 1) {
    const { prompt, stop, maxTokens } = draft.request;
    const { temperature, topP, topK, seed } = DEFAULT_RUN;
    const batch = {
      items: [{ key: keyOf(place.path), prompt, stop, samples: count - 1 }],
      settings: { temperature, topP, topK, seed, maxTokens, round: 0 },
    };
    const sampled: string[] = [];
    for await (const program of completer.sample(batch, place.signal)) sampled[program.sample] = program.text;
    texts.push(...sampled);
  }
  const [prefix, suffix] = [place.text.slice(0, place.offset), place.text.slice(place.offset)];
  const judged: Judged[] = [];
  for (const decoded of texts) {
    const text = finishCompletion(decoded, draft.context, draft.prompt.pending, draft.extent);
    if (text === undefined) continue;
    const parsed = await service.parsing(prefix, suffix, text);
    const nothing = { checksPassed: 0, checksTotal: 0 };
    if ('text' in parsed) judged.push({ ...nothing, text: parsed.text });
    else
      judged.push({
        ...nothing,
        text,
        feedback: { program: draft.context.before + text, text: parsed.error },
      });
  }
  return judged;
}

/** The task of the function at the cursor, as the workspace has it with a candidate in the file. */
async function coveringTask(
  bench: Workbench,
  request: VerifyRequest,
  draft: Draft,
  candidates: readonly Judged[],
): Promise<Task | undefined> {
  const around = draft.context.function;
  if (around === undefined) return undefined;
  const file = path.relative(bench.workspace, request.path).split(path.sep).join('/');
  const interpreter = await bench.interpreter();
  for (const text of [...new Set(candidates.map((candidate) => candidate.text))].slice(0, MOST_SCANS)) {
    const unsaved = { [file]: moduleWith(request, text) };
    const scan = await scanWorkspace(bench.workspace, interpreter.path, request.signal, unsaved);
    const found = scan.candidates.find(
      (candidate) => candidate.path === file && candidate.name === around.name,
    );
    if (found !== undefined) return tasksOf({ ...scan, candidates: [found] })[0];
  }
  return undefined;
}

async function judge(
  bench: Workbench,
  task: Task,
  place: CompletionPlace,
  draft: Draft,
  candidate: Judged,
  id: number,
): Promise<Judged> {
  const source = moduleWith(place, candidate.text);
  const { before, after } = task.host ?? { before: '', after: '' };
  // A candidate that changes more than the body, such as its header, is another task.
  if (!source.startsWith(before) || !source.endsWith(after) || source.length < before.length + after.length) {
    return candidate;
  }
  const program = assembleProgram(task, `\n${source.slice(before.length, source.length - after.length)}`);
  const executor = await bench.executor();
  const job = executionJob(task, program, id, limitsOf(DEFAULT_RUN.timeoutSeconds));
  const result: ExecutionResult = await executor.execute(job, bench.signal);
  const { verdict, checksPassed, checksTotal, astHash, diagnostic } = result;
  const judged: Judged = {
    ...candidate,
    verdict,
    checksPassed,
    checksTotal,
    ...(astHash === undefined ? {} : { astHash }),
  };
  if (!REPAIRABLE.has(diagnostic?.type ?? '')) return judged;
  const text = renderFeedback(program, result, draft.used.countTokens);
  return { ...judged, feedback: { program: program.text.trimEnd(), text } };
}

/** The feedback of the best candidate that has some. */
function toRepair(candidates: readonly Judged[]): { program: string; text: string } | undefined {
  return candidates
    .filter(({ feedback }) => feedback !== undefined)
    .reduce<Judged | undefined>(
      (a, b) => (a === undefined || b.checksPassed > a.checksPassed ? b : a),
      undefined,
    )?.feedback;
}

function moduleWith({ text, offset }: CompletionPlace, completion: string): string {
  return (text.slice(0, offset) + completion + text.slice(offset)).replaceAll('\r\n', '\n');
}
