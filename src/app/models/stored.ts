import { letiHome } from '../../process/letiHome.ts';
import { byRelevance, modelPhrase } from '../../core/outcome/modelNames.ts';
import type { ActiveModel, MeasuredRate, RunUse, StoredModelSummary } from '../../protocol/storedModels.ts';
import { ActiveModels } from '../../training/active.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { DEFAULT_MODEL } from './defaultModel.ts';
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

  /**
   * The active model first, then those that have a rate. `fallbackModel` names the model that is active while none was
   * promoted; `rates` are those of the workspace's runs, by hash.
   */
  async list(
    fallbackModel?: string,
    rates: ReadonlyMap<string, MeasuredRate> = new Map(),
  ): Promise<StoredModelSummary[]> {
    const active =
      (await promotedModel(this.#active)) ??
      (fallbackModel === undefined ? undefined : (await this.#store.named(fallbackModel))?.hash);
    const models = (await this.#store.list()).map(({ hash, record }): StoredModelSummary => {
      const measured = rates.get(hash);
      return { hash, record, active: hash === active, ...(measured === undefined ? {} : { measured }) };
    });
    return models.sort(byRelevance);
  }

  /** The model that completions use. `fallbackModel` names the one that they use while none was promoted. */
  async inUse(fallbackModel?: string): Promise<ActiveModel> {
    const hash = await promotedModel(this.#active);
    const stored = await this.#store.named(hash ?? fallbackModel ?? DEFAULT_MODEL);
    const name = stored === undefined ? 'the original model' : modelPhrase(stored.record);
    return { ...(hash === undefined ? {} : { hash }), name };
  }

  /** Which model is active, and whether a run's model is still stored. */
  async useOf(model: string | undefined, fallbackModel?: string): Promise<RunUse> {
    const stored = model !== undefined && (await this.#store.get(model)) !== undefined;
    return { active: await this.inUse(fallbackModel), stored };
  }

  /** How many promotions can be undone. */
  async promotions(): Promise<number> {
    return (await this.#active.history()).length;
  }

  /** Undoes the last promotion; returns the model that is active then. */
  async rollback(fallbackModel?: string): Promise<ActiveModel> {
    await this.#active.rollback();
    return await this.inUse(fallbackModel);
  }
}
