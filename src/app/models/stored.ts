import { letiHome } from '../../process/letiHome.ts';
import type { StoredModelSummary } from '../../protocol/backend.ts';
import { ActiveModels } from '../../training/active.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { promotedModel } from './lifetime.ts';
import { workspaceFiles } from '../folders.ts';

/** The stored models, and which of them is active in a workspace. */
export class StoredModels {
  readonly #active: ActiveModels;
  readonly #store: ModelStore;

  /** `workspace` is a real path. `onNotice` hears of models that cannot be read. */
  constructor(workspace: string, env: NodeJS.ProcessEnv, onNotice: (message: string) => void) {
    this.#active = new ActiveModels(workspaceFiles(workspace, env).folder);
    this.#store = new ModelStore(letiHome(env), onNotice);
  }

  /** In the order of their hashes. `fallbackModel` names the model that is active while none was promoted. */
  async list(fallbackModel?: string): Promise<StoredModelSummary[]> {
    const active =
      (await promotedModel(this.#active)) ??
      (fallbackModel === undefined ? undefined : (await this.#store.named(fallbackModel))?.hash);
    return (await this.#store.list()).map(({ hash, record }) => ({
      hash,
      record,
      active: hash === active,
    }));
  }

  /** How many promotions can be undone. */
  async promotions(): Promise<number> {
    return (await this.#active.history()).length;
  }

  /** Undoes the last promotion; returns the model that is active then. */
  async rollback(): Promise<{ hash: string | undefined; name: string }> {
    const hash = await this.#active.rollback();
    const name = hash === undefined ? 'The base model' : ((await this.#store.get(hash))?.record.name ?? hash);
    return { hash, name };
  }
}
