import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../process/wholeFile.ts';
import { action, step, UserError } from '../protocol/errors.ts';

const Promotion = z.strictObject({ model: z.string(), reason: z.string(), at: z.string() });
const Promotions = z.strictObject({ format: z.literal(1), promotions: z.array(Promotion) });
export type Promotion = z.infer<typeof Promotion>;

const FILE = 'active-models.json';

/** The models that were promoted in a workspace, newest last; the last one is the active model. */
export class ActiveModels {
  readonly #file: string;

  constructor(workspaceFolder: string) {
    this.#file = path.join(workspaceFolder, FILE);
  }

  /** Oldest first; empty while the base model is active. Throws a UserError where the file is damaged. */
  async history(): Promise<Promotion[]> {
    try {
      return Promotions.parse(JSON.parse(await readFile(this.#file, 'utf8'))).promotions;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw new UserError(
        `${this.#file} is damaged.`,
        'Remove it. The base model is then active until you promote another one.',
        1,
        { cause: error },
      );
    }
  }

  /** Makes a model the active one. Promoting the active model changes nothing. */
  async promote(model: string, reason: string): Promise<void> {
    const promotions = await this.history();
    if (promotions.at(-1)?.model === model) return;
    await this.#write([...promotions, { model, reason, at: new Date().toISOString() }]);
  }

  /** Undoes the last promotion; returns the model that is active then, undefined for the base model. */
  async rollback(): Promise<string | undefined> {
    const promotions = await this.history();
    if (promotions.length === 0) {
      throw new UserError(
        'There is no earlier model to roll back to.',
        step`${action('listModels')} to see the stored models.`,
        2,
      );
    }
    await this.#write(promotions.slice(0, -1));
    return promotions.at(-2)?.model;
  }

  async #write(promotions: Promotion[]): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true });
    await writeWhole(this.#file, `${JSON.stringify({ format: 1, promotions }, null, 2)}\n`);
  }
}

/** The data folders of the workspaces in LeTI's home that have promoted a model, in the order of their names. */
export async function workspacesWithPromotions(home: string): Promise<string[]> {
  const root = path.join(home, 'workspaces');
  const names = existsSync(root) ? (await readdir(root)).sort() : [];
  return names.map((name) => path.join(root, name)).filter((folder) => existsSync(path.join(folder, FILE)));
}
