import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pickFillTokens, type FillTokens } from '../../core/completion/prompt.ts';
import { chatFrame } from '../../inference/tokens/chatFrame.ts';
import { readModelFolder } from '../../inference/modelFolder.ts';
import { createTokenizer } from '../../inference/tokens/tokenizer.ts';
import { action, setting, step, UserError } from '../../protocol/errors.ts';
import type { PromptStyle } from '../../protocol/model.ts';
import type { PromptSegment } from '../../protocol/sampling.ts';
import { modelFiles, type StoredModel } from '../../training/modelStore.ts';
import { CATALOGUE, catalogueModel, type CatalogueModel } from './catalogue.ts';
import { DEFAULT_MODEL, defaultForMachine } from './defaultModel.ts';
import { checkedMarkers } from './modelCheck.ts';
import { makeCatalogueModel, storedCatalogueModel, type Sources } from './sources.ts';

/** A model of the store, ready to be asked. */
export interface LoadedModel extends StoredModel {
  style: PromptStyle;
  /** The tokenizer's tokens to fill in the middle with, if it has some. */
  fill: FillTokens | undefined;
  /** Tokens of plain text under the model's tokenizer. */
  countTokens: (text: string) => number;
  /** Ids of a prompt, each segment tokenised alone. */
  encode: (segments: readonly PromptSegment[]) => number[];
  /** Spellings of the special tokens. */
  specialTokens: readonly string[];
}

/** Reads what is needed to ask a stored model. */
export async function loadModel(stored: StoredModel): Promise<LoadedModel> {
  const folder = await readModelFolder(stored.folder);
  const tokenizer = createTokenizer(folder);
  return {
    ...stored,
    countTokens: (text) => tokenizer.countTokens(text),
    encode: (segments) => tokenizer.encodeSegments(segments),
    specialTokens: folder.tokenizer.added_tokens
      .filter(({ special }) => special)
      .map(({ content }) => content),
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
  const { store, getTrainer, observe } = sources;
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
  if (await isHubId(name)) {
    observe({ event: 'phase', phase: 'model', detail: `downloading ${name}, once` });
    const out = store.incoming();
    await mkdir(path.dirname(out), { recursive: true });
    try {
      const trainer = await getTrainer();
      const request = { hubId: name, revision: '', files: [], work: store.downloadFolder(name), out };
      const revision = await trainer.download(request, () => undefined);
      const record = {
        ...untrained,
        name,
        source: `hub: ${name}`,
        revision,
        licence: await licenceOfCard(out),
        sourcePrecision: 'as on the hub',
        markers: await checkedMarkers(out),
      };
      const made = await store.add(out, record, { move: true });
      await store.setAlias(name, made.hash);
      return await loadModel(made);
    } finally {
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

/** The licence that a model's card (README.md) names in its front matter, as the hub shows it. */
async function licenceOfCard(folder: string): Promise<string> {
  const card = await readFile(path.join(folder, 'README.md'), 'utf8').catch(() => '');
  const [, front = ''] = /^---\r?\n(.*?)\r?\n---/s.exec(card) ?? [];
  const [, licence] = /^license:[ \t]*([\w.-]+)/m.exec(front) ?? [];
  return licence ?? "see the model's page on the hub";
}

/**
 * Whether a name asks the network. A mistyped path does not: `./model`, `../model`, and `models/mine` where there is a folder
 * `models`.
 */
async function isHubId(name: string): Promise<boolean> {
  const [owner] = /^[\w-][\w.-]*(?=\/[\w.-]+$)/.exec(name) ?? [];
  if (owner === undefined) return false;
  return (await stat(owner).catch(() => undefined))?.isDirectory() !== true;
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
  const stored = await firstAvailable(chosen, smaller, sources);
  await store.setAlias(DEFAULT_MODEL, stored.hash);
  return await loadModel(stored);
}

/** The first of some catalogue models that a source gives. A notice says which one was not to be had. */
export async function firstAvailable(
  model: CatalogueModel,
  [next, ...rest]: readonly CatalogueModel[],
  sources: Sources,
): Promise<StoredModel> {
  try {
    return await bringCatalogueModel(model, sources);
  } catch (error) {
    if (!(error instanceof UserError) || next === undefined) throw error;
    sources.observe({
      event: 'notice',
      message: `${next.name} is the default from now on, because ${model.name} cannot be fetched.`,
      nextStep: step`Later, try again with the name ${model.name} in ${setting('model')}.`,
    });
    return await firstAvailable(next, rest, sources);
  }
}
