import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeWhole } from '../process/wholeFile.ts';
import { setting, step, UserError } from '../protocol/errors.ts';
import { ModelRecord } from '../protocol/model.ts';
import type { Precision } from '../protocol/training.ts';
import { checkSafetensors } from '../weights/safetensors.ts';

export interface StoredModel {
  hash: string;
  folder: string;
  record: ModelRecord;
}

const RECORD = 'leti.json';
const CARD = 'README.md';
const HASH_LENGTH = 16;
/** What makes a model what it is; a folder's other files are not copied and do not change its hash. */
const MODEL_FILE =
  /\.safetensors$|\.safetensors\.index\.json$|^(config|generation_config|tokenizer|tokenizer_config|special_tokens_map)\.json$|^chat_template\.jinja$/;

/**
 * Models under `<home>/models/<content hash>`, their exports under `<home>/exports/<hash>/<precision>`. A stored
 * folder is never changed: it appears whole, by one rename.
 */
export class ModelStore {
  readonly #home: string;
  readonly #onNotice: (message: string) => void;
  readonly #told = new Set<string>();

  /** `onNotice` hears once of each model whose record cannot be read. */
  constructor(home: string, onNotice: (message: string) => void = () => undefined) {
    this.#home = home;
    this.#onNotice = onNotice;
  }

  /**
   * Takes a model folder in: moves it if `move`, else copies its model files. The same content is stored once and keeps
   * its first record. Throws a UserError naming what is missing or damaged.
   */
  async add(folder: string, record: ModelRecord, options: { move: boolean }): Promise<StoredModel> {
    const names = await modelFiles(folder);
    const hash = await contentHash(folder, names);
    const target = this.#folder(hash);
    const stored = await this.get(hash);
    if (stored !== undefined) {
      if (options.move) await rm(folder, { recursive: true, force: true });
      return stored;
    }
    const half = `${target}.${process.pid}.tmp`;
    await rm(half, { recursive: true, force: true });
    await mkdir(path.dirname(half), { recursive: true });
    if (options.move) await rename(folder, half);
    else for (const name of names) await cp(path.join(folder, name), path.join(half, name));
    await writeFile(path.join(half, CARD), modelCard(record));
    await writeFile(path.join(half, RECORD), JSON.stringify(record, null, 2) + '\n');
    await rm(target, { recursive: true, force: true });
    await rename(half, target);
    return { hash, folder: target, record };
  }

  /** By its hash, or the beginning of one if only one model has it. */
  async get(prefix: string): Promise<StoredModel | undefined> {
    if (!/^[0-9a-f]{4,}$/.test(prefix)) return undefined;
    const matches = (await this.list()).filter(({ hash }) => hash.startsWith(prefix));
    return matches.length === 1 ? matches[0] : undefined;
  }

  /** The model that a name stands for (an alias, the beginning of a hash, a folder). Reads no weights. */
  async named(name: string): Promise<StoredModel | undefined> {
    const known = (await this.alias(name)) ?? (await this.get(name));
    if (known !== undefined) return known;
    const folder = path.resolve(name);
    return (await this.list()).find(({ record }) => record.source === folder);
  }

  /**
   * In the order of their hashes. Folders without a record are unfinished and left out, and so are models whose record is
   * damaged or of another version.
   */
  async list(): Promise<StoredModel[]> {
    const root = path.join(this.#home, 'models');
    const models: StoredModel[] = [];
    for (const hash of await namesIn(root)) {
      if (hash.includes('.')) continue;
      const folder = path.join(root, hash);
      const record = await readRecord(folder);
      if (record === 'unreadable') this.#tell(folder);
      else if (record !== undefined) models.push({ hash, folder, record });
    }
    return models;
  }

  #tell(folder: string): void {
    if (this.#told.has(folder)) return;
    this.#told.add(folder);
    this.#onNotice(
      `LeTI skips the model in ${folder}: its ${RECORD} is damaged, or a newer LeTI wrote it. Update LeTI, or delete the folder.`,
    );
  }

  /** Deletes a model and its exports. */
  async remove(hash: string): Promise<void> {
    await rm(this.#folder(hash), { recursive: true, force: true });
    await rm(path.join(this.#home, 'exports', hash), { recursive: true, force: true });
  }

  /** A fresh path for a model that is being made; what is left there by a killed process is cleaned with the store. */
  incoming(): string {
    return path.join(this.#home, 'models', `incoming-${process.pid}-${Date.now()}.tmp`);
  }

  /** Where the files of a model are kept until it is made. */
  downloadFolder(name: string): string {
    return path.join(this.#home, 'downloads', encodeURIComponent(name));
  }

  exportFolder(hash: string, precision: Precision): string {
    return path.join(this.#home, 'exports', hash, precision);
  }

  /** Remembers what a name stands for (`default`), so that it is not made twice. */
  async setAlias(name: string, hash: string): Promise<void> {
    const file = this.#alias(name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(file, hash);
  }

  async alias(name: string): Promise<StoredModel | undefined> {
    try {
      return await this.get((await readFile(this.#alias(name), 'utf8')).trim());
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Hashes that a name stands for; such models are never cleaned. */
  async aliases(): Promise<string[]> {
    const root = path.join(this.#home, 'aliases');
    return await Promise.all(
      (await namesIn(root)).map(async (name) => (await readFile(path.join(root, name), 'utf8')).trim()),
    );
  }

  #alias(name: string): string {
    return path.join(this.#home, 'aliases', encodeURIComponent(name));
  }

  #folder(hash: string): string {
    return path.join(this.#home, 'models', hash);
  }
}

/** Names of the model files of a folder; throws a UserError when it is no whole model. */
export async function modelFiles(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter((name) => MODEL_FILE.test(name)).sort();
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  for (const needed of ['config.json', 'tokenizer.json']) {
    if (!names.includes(needed)) throw incomplete(folder, needed);
  }
  if (weights.length === 0) throw incomplete(folder, 'a .safetensors file');
  for (const name of weights) await checkSafetensors(path.join(folder, name));
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const file = path.join(folder, name);
    try {
      JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      throw new UserError(
        `${file} is not JSON.`,
        step`Copy the file again, or choose another model with ${setting('model')}.`,
        2,
        { cause: error },
      );
    }
  }
  return names;
}

function incomplete(folder: string, what: string): UserError {
  return new UserError(
    `The model folder ${folder} is incomplete: ${what} is missing.`,
    'Name a folder with safetensors weights, config.json and tokenizer.json.',
    2,
  );
}

async function contentHash(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of names) {
    const { size } = await stat(path.join(folder, name));
    hash.update(`${name}\0${size}\0`);
    for await (const chunk of createReadStream(path.join(folder, name))) hash.update(chunk as Buffer);
  }
  return hash.digest('hex').slice(0, HASH_LENGTH);
}

async function readRecord(folder: string): Promise<ModelRecord | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(path.join(folder, RECORD), 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    return ModelRecord.parse(JSON.parse(text));
  } catch {
    return 'unreadable';
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

function modelCard(record: ModelRecord): string {
  return [
    `# ${record.name}`,
    '',
    `- source: ${record.source}`,
    `- revision: ${record.revision}`,
    `- licence: ${record.licence}`,
    `- precision of the source: ${record.sourcePrecision}`,
    ...(record.objective === undefined
      ? []
      : [`- trained by LeTI: ${record.objective}, asked under "${record.condition}"`]),
    ...(record.parents.length === 0 ? [] : [`- parents: ${record.parents.join(', ')}`]),
    '',
  ].join('\n');
}
