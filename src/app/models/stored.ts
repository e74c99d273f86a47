import { letiHome } from '../../process/letiHome.ts';
import type { StoredModelSummary } from '../../protocol/backend.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import { ActiveModels } from '../../training/active.ts';
import { ModelStore, type StoredModel } from '../../training/modelStore.ts';
import { workspaceFiles } from '../folders.ts';

/** The stored models, and which of them a workspace uses. */
export class StoredModels {
  readonly #active: ActiveModels;
  readonly #store: ModelStore;

  /** `workspace` is a real path. */
  constructor(workspace: string, env: NodeJS.ProcessEnv) {
    this.#active = new ActiveModels(workspaceFiles(workspace, env).folder);
    this.#store = new ModelStore(letiHome(env));
  }

  /** In the order of their hashes. `otherwise` names the model that is in use while none was promoted. */
  async list(otherwise?: string): Promise<StoredModelSummary[]> {
    const used =
      (await this.#active.history()).at(-1)?.model ??
      (otherwise === undefined ? undefined : (await this.#store.named(otherwise))?.hash);
    return (await this.#store.list()).map(({ hash, record }) => ({
      hash,
      record,
      active: hash === used,
    }));
  }

  /** How many promotions can be undone. */
  async promotions(): Promise<number> {
    return (await this.#active.history()).length;
  }

  /** Puts a model into use by the beginning of its hash; throws a UserError where none or several begin so. */
  async promote(prefix: string): Promise<StoredModel> {
    const model = await this.#store.get(prefix);
    if (model === undefined) {
      throw new UserError(
        `No single stored model begins with "${prefix}".`,
        step`${action('listModels')} to see the stored models.`,
        2,
      );
    }
    await this.#active.promote(model.hash, 'promoted by hand');
    return model;
  }

  /** Undoes the last promotion; says what is in use then. */
  async rollback(): Promise<{ hash: string | undefined; name: string }> {
    const hash = await this.#active.rollback();
    const name = hash === undefined ? 'The base model' : ((await this.#store.get(hash))?.record.name ?? hash);
    return { hash, name };
  }
}
