import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { pickFillTokens, type FillTokens } from '../../core/completion/prompt.ts';
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
import type { PromptStyle } from '../../protocol/model.ts';
import type { RunObserver } from '../../protocol/run.ts';
import type { Task } from '../../protocol/task.ts';
import type { Precision, TrainingExample } from '../../protocol/training.ts';
import { modelFiles, type ModelStore, type StoredModel } from '../../training/modelStore.ts';
import { CATALOGUE, catalogueModel, type CatalogueModel } from './catalogue.ts';
import { DEFAULT_MODEL, defaultForMachine } from './defaultModel.ts';
import { AGREEMENT_RECORD, exportedFolder } from './lifetime.ts';
import { checkedMarkers } from './modelCheck.ts';
import { makeCatalogueModel, storedCatalogueModel, type Sources, type StartTrainer } from './sources.ts';

/** A model of the store, ready to be asked. */
export interface LoadedModel extends StoredModel {
  style: PromptStyle;
  /** The tokenizer's tokens to fill in the middle with, if it has some. */
  fill: FillTokens | undefined;
  /** Tokens of plain text under the model's tokenizer. */
  countTokens: (text: string) => number;
}

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
 * Finds the model that a name stands for and brings it into the store: `default`, the name of a catalogue model, a folder,
 * the beginning of a stored hash, or a hub id (`owner/name`). Throws a UserError when it is none of them.
 */
export async function resolveModel(name: string, sources: Sources): Promise<LoadedModel> {
  const { store, startTrainer, observe } = sources;
  if (name === DEFAULT_MODEL) return await resolveDefault(sources);
  const known = catalogueModel(name);
  if (known !== undefined) return await loadModel(await bringCatalogueModel(known, sources));
  const stored = (await store.alias(name)) ?? (await store.get(name));
  if (stored !== undefined) return await loadModel(stored);
  const untrained = { format: 1 as const, parents: [], condition: 'none' as const };
  if ((await stat(name).catch(() => undefined))?.isDirectory() === true) {
    const folder = path.resolve(name);
    await modelFiles(folder);
    const record = {
      ...untrained,
      name: path.basename(folder),
      source: folder,
      revision: 'local',
      licence: 'unknown',
      sourcePrecision: 'as in the folder',
      markers: await checkedMarkers(folder),
    };
    return await loadModel(await store.add(folder, record, { move: false }));
  }
  if (/^[\w.-]+\/[\w.-]+$/.test(name)) {
    observe({ event: 'phase', phase: 'model', detail: `downloading ${name}, once` });
    const out = store.incoming();
    await mkdir(path.dirname(out), { recursive: true });
    const trainer = await startTrainer();
    try {
      const request = { hubId: name, revision: '', files: [], work: store.downloadFolder(name), out };
      await trainer.download(request, () => undefined);
      const record = {
        ...untrained,
        name,
        source: `hub: ${name}`,
        revision: 'newest',
        licence: 'see the hub',
        sourcePrecision: 'as on the hub',
        markers: await checkedMarkers(out),
      };
      const made = await store.add(out, record, { move: true });
      await store.setAlias(name, made.hash);
      return await loadModel(made);
    } finally {
      await trainer.close();
      await rm(out, { recursive: true, force: true });
    }
  }
  throw new UserError(
    `There is no model "${name}".`,
    [
      ...step`Choose "default", a model of the catalogue, a model folder, the hash of a stored model, or a hub id such as owner/name.`,
      ...step`${action('listModels')} to see the stored models.`,
    ],
    2,
  );
}

async function bringCatalogueModel(model: CatalogueModel, sources: Sources): Promise<StoredModel> {
  return (await storedCatalogueModel(model, sources.store)) ?? (await makeCatalogueModel(model, sources));
}

/**
 * The model that fits this machine; where no source gives it, the next smaller one, with a notice. It is chosen once: a
 * machine that is busier tomorrow keeps its model.
 */
async function resolveDefault(sources: Sources): Promise<LoadedModel> {
  const { env, store, observe, signal } = sources;
  const known = await store.alias(DEFAULT_MODEL);
  if (known !== undefined) return await loadModel(known);
  const { model: chosen, reason } = await defaultForMachine(env, signal);
  observe({ event: 'phase', phase: 'model', detail: reason });
  const smaller = CATALOGUE.filter(({ parameters }) => parameters < chosen.parameters).reverse();
  for (const [place, model] of [chosen, ...smaller].entries()) {
    try {
      const stored = await bringCatalogueModel(model, sources);
      await store.setAlias(DEFAULT_MODEL, stored.hash);
      return await loadModel(stored);
    } catch (error) {
      if (!(error instanceof UserError) || place === smaller.length) throw error;
      observe({ event: 'notice', message: `LeTI uses a smaller model than ${model.name}.` });
    }
  }
  throw new Error('the catalogue is empty');
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
