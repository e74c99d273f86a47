import { DEFAULT_RUN } from '../../core/defaults.ts';
import { factsOf } from '../../core/learning/facts.ts';
import { renderFeedback } from '../../core/text/feedback.ts';
import { completionContext, type CompletionContext } from '../../core/completion/context.ts';
import { candidateLabel, rankCandidates, type Candidate } from '../../core/completion/ranking.ts';
import { assembleProgram, executionJob } from '../../core/text/program.ts';
import { keyOf } from '../../core/random.ts';
import { scanWorkspace } from '../../harvest/scan.ts';
import { tasksOf } from '../../harvest/workspace.ts';
import type { CompletionAnswer } from '../../protocol/completion.ts';
import type { RankedCompletion, VerifiedCompletion, VerifiedText } from '../../protocol/backend.ts';
import { InterruptedError } from '../../protocol/errors.ts';
import { type ExecutionResult, limitsOf } from '../../protocol/execution.ts';
import type { Task } from '../../protocol/task.ts';
import type { CompletionPlace, CompletionService, Draft } from './service.ts';
import { pathInWorkspace } from '../folders.ts';
import type { Workbench } from '../workbench.ts';

export interface VerifyRequest extends CompletionPlace {
  /** Path of the file. */
  path: string;
  candidates: number;
  /** False ranks by agreement alone, and runs nothing. */
  execute: boolean;
  /** After which what there is by then is answered; no end if it is missing. */
  seconds?: number;
  signal: AbortSignal;
}

/** Files with a candidate in them that are looked through for tests: a first candidate may be no real body. */
const MOST_SCANS = 3;

/** What a model wrote, and what ended it. */
type Written = Pick<CompletionAnswer, 'text' | 'finish'>;

interface Judged extends Candidate {
  /** The file does not parse with it: never shown. */
  broken: boolean;
  /** What the interpreter said of it, if it failed. */
  feedback?: string;
}

/**
 * Writes several candidates and runs each in the sandbox, as soon as it is written, with the tests of its function.
 * If none passes, the model is asked once more, with the facts that the failed ones showed. Without tests, candidates
 * are ordered by how many agree. After `seconds`, the candidates that exist are ordered. The greedy one is
 * always among them.
 * @throws InterruptedError when it was cancelled; UserError where no model can be used.
 */
export async function verifyCompletion(
  service: CompletionService,
  workbench: Workbench,
  request: VerifyRequest,
): Promise<VerifiedCompletion> {
  const { signal, seconds } = request;
  const until =
    seconds === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(seconds * 1000)]);
  // Starts while the first candidate is written; an error of its start appears when a candidate runs.
  if (request.execute) workbench.executor().catch(() => undefined);
  const context = await service.context(request);
  const draft = await service.draft(context);
  const { countTokens } = draft.used;
  const covering = request.execute ? taskFinder(workbench, request, context.function, until) : undefined;
  const examine = async (written: Written): Promise<Judged | undefined> => {
    const candidate = await parsed(service, draft, request, written);
    if (candidate === undefined || candidate.broken) return candidate;
    const task = await orNothing(until, signal, covering?.(candidate.text));
    return task === undefined ? candidate : await run(task, candidate);
  };
  const run = async (task: Task, candidate: Judged): Promise<Judged> =>
    (await orNothing(
      until,
      signal,
      judge(workbench, { task, place: request, countTokens }, candidate, until),
    )) ?? candidate;

  let judged = await examineAll(written(draft, request, request.candidates, until), examine);
  const task = await orNothing(until, signal, covering?.());
  // The first ones may have come when no candidate had yet made the function one that is tested.
  if (task !== undefined)
    judged = await Promise.all(
      judged.map(async (candidate) =>
        candidate.broken || candidate.verdict !== undefined ? candidate : await run(task, candidate),
      ),
    );
  const facts =
    task === undefined || until.aborted || judged.some(({ verdict }) => verdict === 'passed')
      ? []
      : factsOf(judged.flatMap(({ feedback }) => feedback ?? []));
  let repaired: Judged[] = [];
  if (facts.length > 0) {
    const again = await service.draft(context, facts);
    const texts = written(again, request, Math.ceil(request.candidates / 2), until);
    repaired = (await examineAll(texts, examine)).filter(({ broken }) => !broken);
  }
  return {
    candidates: ranked([...judged.filter(({ broken }) => !broken), ...repaired]),
    ...(task === undefined ? {} : { task: task.id }),
    repaired: repaired.length,
    model: draft.used.name,
  };
}

/** Runs one text, which some model wrote, against the doctests and tests of the function at the cursor. */
export async function verifyText(
  workbench: Workbench,
  place: CompletionPlace & Pick<VerifyRequest, 'path' | 'signal'> & { completion: string },
): Promise<VerifiedText> {
  const { completion: text, signal } = place;
  const { function: around } = completionContext(place.text, place.offset);
  const candidate: Judged = { text, checksPassed: 0, checksTotal: 0, broken: false };
  const task = await taskFinder(workbench, place, around, signal)(text);
  const judged =
    task === undefined
      ? candidate
      : // Nothing is told to a model, so no tokens are counted.
        await judge(workbench, { task, place, countTokens: () => 0 }, candidate, signal);
  const { verdict } = judged;
  return { label: candidateLabel(judged, 1, 1), ...(verdict === undefined ? {} : { verdict }) };
}

/** What work gives, or nothing where it was ended because the time is up; a cancellation reaches the caller. */
async function orNothing<T>(
  until: AbortSignal,
  cancelled: AbortSignal,
  work: Promise<T> | undefined,
): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InterruptedError && until.aborted && !cancelled.aborted) return undefined;
    throw error;
  }
}

/** Examines texts as they come, while the next ones are written. */
async function examineAll(
  texts: AsyncIterable<Written>,
  examine: (written: Written) => Promise<Judged | undefined>,
): Promise<Judged[]> {
  const examined: Promise<Judged | undefined>[] = [];
  try {
    for await (const one of texts) examined.push(examine(one));
  } finally {
    // Whatever ends the writing, nothing that was begun is left alone.
    await Promise.allSettled(examined);
  }
  return (await Promise.all(examined)).filter((candidate) => candidate !== undefined);
}

function ranked(candidates: readonly Judged[]): RankedCompletion[] {
  return rankCandidates(candidates).map(({ text, label, verdict, checksPassed, checksTotal, agreement }) => ({
    ...{ text, label, checksPassed, checksTotal, agreement },
    ...(verdict === undefined ? {} : { verdict }),
  }));
}

/** One greedy candidate, then sampled ones in the order in which they end; none more once the time is up. */
async function* written(
  { request, used }: Draft,
  place: VerifyRequest,
  count: number,
  until: AbortSignal,
): AsyncGenerator<Written, void> {
  yield await used.writer.complete(request, { signal: place.signal });
  if (count === 1) return;
  const { prompt, stop, maxTokens } = request;
  const { temperature, topP, topK, seed } = DEFAULT_RUN;
  const batch = {
    items: [{ key: keyOf(place.path), prompt, stop, samples: count - 1 }],
    rows: count - 1,
    settings: { temperature, topP, topK, seed, maxTokens, round: 0 },
  };
  try {
    yield* used.writer.sample(batch, until);
  } catch (error) {
    if (!(error instanceof InterruptedError) || place.signal.aborted) throw error;
  }
}

/** A text as it would stand in the file; one with which the file does not parse has that as its feedback. */
async function parsed(
  service: CompletionService,
  draft: Draft,
  place: CompletionPlace,
  written: Written,
): Promise<Judged | undefined> {
  const found = await service.fitting(draft, place, written);
  const nothing = { checksPassed: 0, checksTotal: 0 };
  if ('text' in found) return { ...nothing, text: found.text, broken: false };
  if ('why' in found) return undefined;
  return { ...nothing, text: found.longest, broken: true, feedback: found.error };
}

/**
 * Finds the task of the function at the cursor, as the workspace has it with a candidate in the file: with the first few
 * different ones, until one of them makes it a function that can be tested. Without a candidate, what was found.
 */
function taskFinder(
  workbench: Workbench,
  request: CompletionPlace & Pick<VerifyRequest, 'path'>,
  around: CompletionContext['function'],
  signal: AbortSignal,
): (candidate?: string) => Promise<Task | undefined> {
  const tried = new Set<string>();
  let found = Promise.resolve<Task | undefined>(undefined);
  const look = async (text: string): Promise<Task | undefined> => {
    const file = await pathInWorkspace(workbench.workspace, request.path);
    const { path: interpreter } = await workbench.interpreter();
    const scan = await scanWorkspace(workbench.workspace, interpreter, signal, {
      unsaved: { [file]: moduleWith(request, text) },
    });
    const candidate = scan.candidates.find((one) => one.path === file && one.name === around?.name);
    return candidate === undefined ? undefined : tasksOf({ ...scan, candidates: [candidate] })[0];
  };
  return (candidate) => {
    if (around === undefined || candidate === undefined) return found;
    found = found.then((task) => {
      if (task !== undefined || tried.has(candidate) || tried.size === MOST_SCANS) return task;
      tried.add(candidate);
      return look(candidate);
    });
    return found;
  };
}

async function judge(
  workbench: Workbench,
  { task, place, countTokens }: { task: Task; place: CompletionPlace; countTokens: (text: string) => number },
  candidate: Judged,
  signal: AbortSignal,
): Promise<Judged> {
  const source = moduleWith(place, candidate.text);
  const { before, after } = task.host ?? { before: '', after: '' };
  // A candidate that changes more than the body, such as its header, is another task.
  if (!source.startsWith(before) || !source.endsWith(after) || source.length < before.length + after.length) {
    return candidate;
  }
  const program = assembleProgram(task, `\n${source.slice(before.length, source.length - after.length)}`);
  const executor = await workbench.executor();
  const job = executionJob(task, program, 0, limitsOf(DEFAULT_RUN.timeoutSeconds));
  const result: ExecutionResult = await executor.execute(job, signal);
  const { verdict, checksPassed, checksTotal, astHash } = result;
  const feedback = renderFeedback(program, result, countTokens);
  return {
    ...candidate,
    verdict,
    checksPassed,
    checksTotal,
    ...(astHash === undefined ? {} : { astHash }),
    ...(verdict === 'passed' || verdict === 'harness_error' ? {} : { feedback }),
  };
}

function moduleWith({ text, offset }: CompletionPlace, completion: string): string {
  return (text.slice(0, offset) + completion + text.slice(offset)).replaceAll('\r\n', '\n');
}
