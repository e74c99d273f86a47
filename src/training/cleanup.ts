import { lstat, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { ExclusiveLock } from '../process/exclusiveLock.ts';
import type { ModelStore } from './modelStore.ts';

/** Something on disk that is no longer needed. */
export interface Waste {
  path: string;
  bytes: number;
  why: string;
}

/** What `findWaste` must leave alone. */
export interface NeverWaste {
  environments: ReadonlySet<string>;
  models: { has(hash: string): boolean };
}

/**
 * What can be freed in LeTI's home: unfinished folders, and the environments and models
 * that are not among `keep`. What another process is making is left alone. Deletes nothing.
 */
export async function findWaste(home: string, store: ModelStore, keep: NeverWaste): Promise<Waste[]> {
  const waste: Waste[] = [];
  const add = async (target: string, why: string): Promise<void> => {
    waste.push({ path: target, bytes: await sizeOf(target), why });
  };
  for (const folder of ['models', 'exports', 'environments']) {
    for (const name of await namesIn(path.join(home, folder))) {
      if (name.endsWith('.tmp')) await add(path.join(home, folder, name), 'unfinished');
    }
  }
  for (const hash of await namesIn(path.join(home, 'exports'))) {
    const folder = path.join(home, 'exports', hash);
    const names = await namesIn(folder);
    if (names.some((name) => name.endsWith('.lock') && ExclusiveLock.isHeld(path.join(folder, name))))
      continue;
    for (const name of names)
      if (/\.(tmp|texts\.jsonl)$/.test(name)) await add(path.join(folder, name), 'unfinished');
  }
  for (const name of await namesIn(path.join(home, 'environments'))) {
    const target = path.join(home, 'environments', name);
    if (/\.(tmp|lock)$/.test(name) || keep.environments.has(target)) continue;
    if (!ExclusiveLock.isHeld(`${target}.lock`)) await add(target, 'trainer environment of another version');
  }
  for (const name of await namesIn(path.join(home, 'downloads'))) {
    const target = path.join(home, 'downloads', name);
    if (!name.endsWith('.lock') && !ExclusiveLock.isHeld(`${target}.lock`))
      await add(target, 'unfinished download');
  }
  const models = await store.list();
  for (const { hash, folder } of models) {
    if (keep.models.has(hash)) continue;
    await add(folder, 'model that no workspace uses');
    const exports = path.join(home, 'exports', hash);
    if ((await namesIn(exports)).length > 0) await add(exports, 'export of a model that no workspace uses');
  }
  const stored = new Set(models.map(({ hash }) => hash));
  for (const hash of await namesIn(path.join(home, 'exports'))) {
    // The record of a model that is kept may be damaged.
    if (!stored.has(hash) && !keep.models.has(hash))
      await add(path.join(home, 'exports', hash), 'export of a model that is gone');
  }
  return waste;
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
