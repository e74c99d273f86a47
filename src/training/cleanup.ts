import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ActiveModels } from './active.ts';
import type { ModelStore } from './modelStore.ts';

/** Something on disk that is no longer needed. */
export interface Waste {
  path: string;
  bytes: number;
  why: string;
}

/** Promotions of a workspace whose weights are kept: the one in use and the one to roll back to. */
const KEPT_PROMOTIONS = 2;

/**
 * What can be freed in LeTI's home: unfinished folders, environments of other lock files, and models that are neither
 * named, in use, to roll back to, nor among `keep`. Deletes nothing.
 */
export async function findWaste(
  home: string,
  store: ModelStore,
  keep: { environments: ReadonlySet<string>; models: ReadonlySet<string> },
): Promise<Waste[]> {
  const waste: Waste[] = [];
  const add = async (target: string, why: string): Promise<void> => {
    waste.push({ path: target, bytes: await sizeOf(target), why });
  };
  for (const folder of ['models', 'exports', 'environments']) {
    for (const name of await namesIn(path.join(home, folder))) {
      if (name.endsWith('.tmp')) await add(path.join(home, folder, name), 'unfinished');
    }
  }
  for (const name of await namesIn(path.join(home, 'environments'))) {
    const target = path.join(home, 'environments', name);
    if (!/\.(tmp|lock)$/.test(name) && !keep.environments.has(target))
      await add(target, 'trainer environment not in use');
  }
  const needed = new Set([...(await store.aliases()), ...keep.models, ...(await activeModels(home))]);
  const models = await store.list();
  for (const { hash, folder } of models) {
    if (needed.has(hash)) continue;
    await add(folder, 'model not in use');
    const exports = path.join(home, 'exports', hash);
    if ((await namesIn(exports)).length > 0) await add(exports, 'export of a model not in use');
  }
  const stored = new Set(models.map(({ hash }) => hash));
  for (const hash of await namesIn(path.join(home, 'exports'))) {
    if (!stored.has(hash)) await add(path.join(home, 'exports', hash), 'export of a model that is gone');
  }
  return waste;
}

/** Models that some workspace uses or can roll back to. */
export async function activeModels(home: string): Promise<Set<string>> {
  const hashes = new Set<string>();
  for (const workspace of await namesIn(path.join(home, 'workspaces'))) {
    const history = await new ActiveModels(path.join(home, 'workspaces', workspace)).history();
    for (const { model } of history.slice(-KEPT_PROMOTIONS)) hashes.add(model);
  }
  return hashes;
}

export async function removeWaste(waste: readonly Waste[]): Promise<void> {
  for (const { path: target } of waste) await rm(target, { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function sizeOf(target: string): Promise<number> {
  const entry = await lstat(target);
  if (!entry.isDirectory()) return entry.size;
  let bytes = 0;
  for (const name of await readdir(target)) bytes += await sizeOf(path.join(target, name));
  return bytes;
}
