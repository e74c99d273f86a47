import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sourcePieces } from '../../core/learning/plainSource.ts';
import { endSegment, taskSegments } from '../../core/learning/prompts.ts';
import { measureAgreement } from '../../inference/agreement.ts';
import type { AgreementCount } from '../../inference/agreementCount.ts';
import { ExclusiveLock } from '../../process/exclusiveLock.ts';
import { requireFreeSpace } from '../../process/letiHome.ts';
import { jsonLines, writeWhole } from '../../process/wholeFile.ts';
import { UserError } from '../../protocol/errors.ts';
import type { PromptStyle } from '../../protocol/model.ts';
import type { RunObserver } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import { Choices, type Precision, type TrainingExample } from '../../protocol/training.ts';
import type { ModelStore } from '../../training/modelStore.ts';
import { readWeightMap } from '../../weights/weightMap.ts';
import { UnfitWeightsError, writeExport } from '../../weights/writeExport.ts';
import { AGREEMENT_RECORD, chosenExport, exportedFolder, keepFormat, type ChosenExport } from './lifetime.ts';
import type { LoadedModel } from './prepare.ts';
import type { GetTrainer } from './sources.ts';

/** Least share of tokens on which an exported model must agree with torch. */
const LEAST_AGREEMENT: Record<Precision, number> = { fp32: 0.99, int8: 0.95 };
/** Bytes of an export that the builder makes. */
const EXPORT_BYTES = 1.5e9;
/** Texts of an agreement: tasks with their reference programs, and pieces of Python source of about 250 tokens. */
const AGREEMENT_TASKS = 12;
const AGREEMENT_PIECES = 10;
/** Tokens of an agreement. At a true share of 97 %, chance then shows less than 95 % once in 200 times. */
const AGREEMENT_TOKENS = 500;
/** Of float32 weights in a graph that was compared before: these are copies, so only a broken file can differ. */
const COPY_TOKENS = 100;
/** Beside a model's exports: what torch says on the texts of the agreement. */
const CHOICES_FILE = 'choices.json';

/** What an export is made of. */
export interface ExportRequest {
  model: LoadedModel;
  store: ModelStore;
  getTrainer: GetTrainer;
  /** Texts on which the export is compared with torch; asked for only where one is made. */
  texts: () => Promise<readonly TrainingExample[]>;
  observe: RunObserver;
  signal: AbortSignal;
}

/** An export makes too few of torch's choices. */
class ShortfallError extends Error {
  readonly agreement: AgreementCount;

  constructor({ agree, total }: AgreementCount) {
    super(`${agree} of ${total} choices are torch's`);
    this.agreement = { agree, total };
  }
}

/**
 * The export that measurements, the gate and completions use: int8, or fp32 where int8 makes too few of torch's choices.
 * What was chosen is recorded beside the exports. Made on first use.
 */
export async function completionExport(request: ExportRequest): Promise<ChosenExport> {
  const { model, store, observe } = request;
  const known = await chosenExport(model.hash, store);
  if (known !== undefined) return known;
  try {
    return { precision: 'int8', folder: await exportWith(request, 'int8') };
  } catch (error) {
    if (!(error instanceof ShortfallError)) throw error;
    const message = `${model.record.name} loses too much in int8: ${shortOf('int8', error.agreement)} LeTI uses float32 for it, which needs more memory.`;
    observe({ event: 'notice', message });
    const folder = await exportModel(request, 'fp32');
    await keepFormat(model.hash, { precision: 'fp32', int8: error.agreement }, store);
    return { precision: 'fp32', folder };
  }
}

/**
 * The exported form of a model, made on first use and checked in Node. Returns its folder. One process makes it, others
 * wait. Throws a UserError where it makes too few of torch's choices.
 */
export async function exportModel(request: ExportRequest, precision: Precision): Promise<string> {
  try {
    return await exportWith(request, precision);
  } catch (error) {
    if (!(error instanceof ShortfallError)) throw error;
    throw new UserError(
      `The ${precision} export of ${request.model.record.name} cannot be used: ${shortOf(precision, error.agreement)}`,
      'Try another model. The trained weights stay stored.',
      1,
      { cause: error },
    );
  }
}

async function exportWith(request: ExportRequest, precision: Precision): Promise<string> {
  const { model, store, observe, signal } = request;
  const known = await exportedFolder(model.hash, precision, store);
  if (known !== undefined) return known;
  const lock = await ExclusiveLock.take(`${store.exportFolder(model.hash, precision)}.lock`, signal, () => {
    const detail = 'waiting for another LeTI process that exports this model';
    observe({ event: 'phase', phase: 'export', detail });
  });
  try {
    const made = await exportedFolder(model.hash, precision, store);
    return made ?? (await makeExport(request, precision));
  } finally {
    lock.release();
  }
}

async function makeExport(request: ExportRequest, precision: Precision): Promise<string> {
  const { model, store, observe, signal } = request;
  const folder = store.exportFolder(model.hash, precision);
  await mkdir(path.dirname(folder), { recursive: true });
  observe({ event: 'phase', phase: 'export', detail: `${model.record.name} to ONNX in ${precision}` });
  const choices = await choicesOf(request);
  const checked = async (tokens: number): Promise<AgreementCount> => {
    const where = { modelFolder: model.folder, onnxFolder: folder, threads: 0, choices, tokens };
    const agreement = await measureAgreement(where, signal);
    if (agreement.agree >= LEAST_AGREEMENT[precision] * agreement.total) return agreement;
    await rm(folder, { recursive: true, force: true });
    throw new ShortfallError(agreement);
  };
  // What an earlier try left without its record.
  await rm(folder, { recursive: true, force: true });
  const isWritten = await writtenLike(request, precision);
  if (!isWritten) await built(request, precision);
  const { agree, total } = await checked(isWritten && precision === 'fp32' ? COPY_TOKENS : AGREEMENT_TOKENS);
  await writeWhole(path.join(folder, AGREEMENT_RECORD), JSON.stringify({ agree, total }));
  observe({ event: 'export', model: model.hash, precision, folder, agreement: agree / total, tokens: total });
  return folder;
}

/** Writes the weights into the graph of an export that is there already. False where none fits. */
async function writtenLike(request: ExportRequest, precision: Precision): Promise<boolean> {
  const { model, store, observe, signal } = request;
  const others = (await store.list()).map(({ hash }) => hash);
  // Its own ancestors first, the nearest before all: they have its shape.
  const hashes = new Set([...model.record.parents.toReversed(), ...others]);
  hashes.delete(model.hash);
  for (const hash of hashes) {
    const like = await exportedFolder(hash, precision, store);
    const map = like === undefined ? undefined : await readWeightMap(like);
    if (like === undefined || map === undefined) continue;
    const { size } = await stat(path.join(like, map.data));
    const out = store.exportFolder(model.hash, precision);
    await requireFreeSpace(path.dirname(out), size, 'Exporting the model');
    try {
      await writeExport({ model: model.folder, like, out, without: [AGREEMENT_RECORD], signal });
      return true;
    } catch (error) {
      if (!(error instanceof UnfitWeightsError)) throw error;
      if (model.record.parents.includes(hash))
        observe({
          event: 'notice',
          message: `The model's graph is built anew, because ${model.record.name} does not fit the graph of its parent: ${error.message}.`,
        });
    }
  }
  return false;
}

async function built(request: ExportRequest, precision: Precision): Promise<void> {
  const { model, store, getTrainer } = request;
  const out = store.exportFolder(model.hash, precision);
  await requireFreeSpace(path.dirname(out), EXPORT_BYTES, 'Exporting the model');
  await (await getTrainer()).export({ model: model.folder, out, precision });
}

/** The file of torch's choices on texts, made once for all exports of a model. */
async function choicesOf({ model, store, getTrainer, texts }: ExportRequest): Promise<string> {
  const file = path.join(path.dirname(store.exportFolder(model.hash, 'fp32')), CHOICES_FILE);
  if (await holdsChoices(file)) return file;
  const textFile = `${file}.${process.pid}.texts.jsonl`;
  try {
    await writeFile(textFile, jsonLines(await texts()));
    const trainer = await getTrainer();
    const choices = await trainer.choices({
      ...{ model: model.folder, texts: textFile, threads: 0, maxTokens: AGREEMENT_TOKENS },
    });
    await writeWhole(file, JSON.stringify(choices));
  } finally {
    await rm(textFile, { force: true });
  }
  return file;
}

async function holdsChoices(file: string): Promise<boolean> {
  try {
    return Choices.safeParse(JSON.parse(await readFile(file, 'utf8'))).success;
  } catch {
    return false;
  }
}

/** Says how far an export falls short. */
function shortOf(precision: Precision, { agree, total }: AgreementCount): string {
  const percent = ((100 * agree) / Math.max(1, total)).toFixed(1);
  return `it makes PyTorch's choice after ${percent} % of ${total} tokens, and ${LEAST_AGREEMENT[precision] * 100} % are needed.`;
}

/** Texts on which an export is compared with torch. */
export function agreementTexts(
  tasks: readonly Task[],
  style: PromptStyle,
  sources: readonly string[],
): TrainingExample[] {
  const solved = tasks.filter((task) => task.reference !== undefined).slice(0, AGREEMENT_TASKS);
  const texts = solved.map((task): TrainingExample => ({
    id: task.id,
    segments: [
      ...taskSegments(task, style).map((segment) => ({ ...segment, role: 'task' as const, weight: 1 })),
      { kind: 'text', text: task.reference ?? '', role: 'program', weight: 1 },
      { ...endSegment(style), role: 'end', weight: 1 },
    ],
  }));
  return [...texts, ...sourcePieces(sources, AGREEMENT_PIECES, 0)];
}
