import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../process/wholeFile.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import type { Evaluation, RunReport } from '../../protocol/run.ts';
import { Precision } from '../../protocol/training.ts';
import { ActiveModels, workspacesWithPromotions } from '../../training/active.ts';
import type { ModelStore, StoredModel } from '../../training/modelStore.ts';

/** Written into an export once its agreement with torch was measured; an export without it is unfinished. */
export const AGREEMENT_RECORD = 'measured-agreement.json';
/** Promotions of a workspace whose weights are kept: the active one and the one to roll back to. */
const KEPT_PROMOTIONS = 2;

/** Is it exported? The folder of an export that was made and checked. */
export async function exportedFolder(
  hash: string,
  precision: Precision,
  store: ModelStore,
): Promise<string | undefined> {
  const folder = store.exportFolder(hash, precision);
  const record = await readFile(path.join(folder, AGREEMENT_RECORD)).catch(() => undefined);
  return record === undefined ? undefined : folder;
}

/** Beside a model's exports where the usual int8 is not used: what is, and what int8 was found to be. */
const FORMAT_RECORD = 'format.json';
const Format = z.object({ precision: Precision, int8: z.object({ agree: z.int(), total: z.int() }) });

/** The export that measurements, the gate and completions use. */
export interface ChosenExport {
  precision: Precision;
  folder: string;
}

/** Which export is used? Its precision and folder; undefined where it is still to be made. */
export async function chosenExport(hash: string, store: ModelStore): Promise<ChosenExport | undefined> {
  const precision = await formatOf(hash, store);
  const folder = await exportedFolder(hash, precision, store);
  return folder === undefined ? undefined : { precision, folder };
}

/** Records that a model's int8 export falls short, and what is used instead. */
export async function keepFormat(
  hash: string,
  format: z.infer<typeof Format>,
  store: ModelStore,
): Promise<void> {
  await writeWhole(formatFile(hash, store), JSON.stringify(format));
}

async function formatOf(hash: string, store: ModelStore): Promise<Precision> {
  try {
    return Format.parse(JSON.parse(await readFile(formatFile(hash, store), 'utf8'))).precision;
  } catch {
    // Without a record, or with a damaged one, it is found out again.
    return 'int8';
  }
}

function formatFile(hash: string, store: ModelStore): string {
  return path.join(path.dirname(store.exportFolder(hash, 'int8')), FORMAT_RECORD);
}

/** Is it usable for completions? The stored model behind a name, if the export that is used is there; else undefined. */
export async function usableModel(name: string, store: ModelStore): Promise<StoredModel | undefined> {
  const stored = await store.named(name);
  if (stored === undefined) return undefined;
  return (await chosenExport(stored.hash, store)) === undefined ? undefined : stored;
}

/** Which model is active in a workspace? The one promoted last, by its hash; undefined where none was promoted. */
export async function promotedModel(active: ActiveModels): Promise<string | undefined> {
  return (await active.history()).at(-1)?.model;
}

/** The name of the active model: the promoted one, else `fallbackModel`. Throws a UserError when it was deleted since. */
export async function activeModel(
  active: ActiveModels,
  store: ModelStore,
  fallbackModel: string,
): Promise<string> {
  const promoted = await promotedModel(active);
  if (promoted === undefined) return fallbackModel;
  if ((await store.get(promoted)) === undefined) {
    throw new UserError(`The active model ${promoted} is no longer stored.`, [
      ...step`${action('rollBack')} to use the previous model.`,
      ...step`Or ${action('promote')} to choose another one.`,
    ]);
  }
  return promoted;
}

/** Which model did a run come to? The one it promoted last, else the best on held-out tasks, else the newest. */
export function resultOf({ gates, heldOut, trainings }: RunReport): string | undefined {
  return (
    gates.findLast(({ decision }) => decision === 'promote')?.model ??
    bestOf(heldOut) ??
    trainings.findLast(({ examples }) => examples > 0)?.model
  );
}

/** The trained model with the highest pass@1 on held-out tasks; of equal ones the newest. */
export function bestOf(heldOut: readonly Evaluation[]): string | undefined {
  const rate = ({ passAt }: Evaluation): number => passAt['1']?.value ?? 0;
  return heldOut
    .filter(({ round }) => round > 0)
    .reduce<Evaluation | undefined>((a, b) => (a === undefined || rate(b) >= rate(a) ? b : a), undefined)
    ?.model;
}

/** Which models must stay on disk. */
export interface KeptModels {
  has(hash: string): boolean;
  /** Records of promotions that cannot be read. Any model may be active there, so all are kept. */
  unreadable: readonly string[];
}

/** Is it to be kept? Named models are, and those that a workspace uses or can roll back to. */
export async function keptModels(home: string, store: ModelStore): Promise<KeptModels> {
  const hashes = new Set(await store.aliases());
  const unreadable: string[] = [];
  for (const folder of await workspacesWithPromotions(home)) {
    try {
      const history = await new ActiveModels(folder).history();
      for (const { model } of history.slice(-KEPT_PROMOTIONS)) hashes.add(model);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      unreadable.push(error.message);
    }
  }
  return { has: (hash) => unreadable.length > 0 || hashes.has(hash), unreadable };
}
