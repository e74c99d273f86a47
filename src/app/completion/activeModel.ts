import { DEFAULT_RUN } from '../../core/defaults.ts';
import type { CompletionStyle } from '../../core/completion/prompt.ts';
import type { Completer, ModelFolders, ModelWriter } from '../../protocol/completion.ts';
import { action, step, UserError } from '../../protocol/errors.ts';
import { promotedModel, usableModel } from '../models/lifetime.ts';
import type { LoadedModel } from '../models/prepare.ts';
import type { Workbench } from '../workbench.ts';

/** The model that answers now. */
export interface ActiveModel {
  /** Under which name it was asked for: a stored hash, or what the user named. */
  key: string;
  hash: string;
  name: string;
  style: CompletionStyle;
  countTokens: (text: string) => number;
  writer: ModelWriter;
}

/** The active model with the process that it shares with the models before and after it. */
interface Current extends ActiveModel {
  completer: Completer;
}

export interface CompletionModelOptions {
  workbench: Workbench;
  start: (model: ModelFolders) => Promise<Completer>;
  /** A model instead of the workspace's active model. */
  model: string | undefined;
  /** The model that is active while none was promoted; asked each time, as its user may change it. Else the default one. */
  fallbackModel?: () => string;
  /** Whether the model may be converted and exported first, which takes minutes; else it has to be there. */
  prepare: boolean;
  /** Hears why a new model cannot be used; the old one stays active. */
  onNotice: (message: string) => void;
}

/** The workspace's active model in its process, which is started when it is first needed and follows promotions. */
export class CompletionModel {
  readonly #options: CompletionModelOptions;
  #current: Promise<Current> | undefined;
  #swapping: Promise<void> | undefined;
  /** What could not be swapped to, told once; `usable` is whether its export was there. */
  #refused: { name: string; usable: boolean } | undefined;

  constructor(options: CompletionModelOptions) {
    this.#options = options;
  }

  /** The model to ask now. One that was promoted since is loaded next to it and takes over when it is ready. */
  async active(): Promise<ActiveModel> {
    const running = this.#current;
    if (running !== undefined) {
      await this.key();
      return await (this.#current ?? running);
    }
    const starting = this.#start();
    this.#current = starting;
    starting.catch(() => {
      if (this.#current === starting) this.#current = undefined;
    });
    return await starting;
  }

  /** Which model would answer; starts none, but a promotion since the last request begins to be loaded. */
  async key(): Promise<string> {
    const name = await this.#nameNow();
    const current = await this.#current?.catch(() => undefined);
    if (current === undefined) return name;
    if (name !== current.key && !(await this.#isRefused(name))) {
      this.#swapping ??= this.#swap(current, name).finally(() => {
        this.#swapping = undefined;
      });
    }
    return current.key;
  }

  /** Resolves once no promotion is being loaded. */
  async settled(): Promise<void> {
    await this.#swapping;
  }

  /** Ends the process; the next request starts it again. */
  async close(): Promise<void> {
    await this.#swapping;
    const current = this.#current;
    this.#current = undefined;
    await (await current?.catch(() => undefined))?.completer.close();
  }

  /** The named model, else the one promoted last, else what its user starts from. */
  async #nameNow(): Promise<string> {
    const { model, fallbackModel, workbench } = this.#options;
    return model ?? (await promotedModel(workbench.active)) ?? fallbackModel?.() ?? DEFAULT_RUN.model;
  }

  async #start(): Promise<Current> {
    const { workbench, start } = this.#options;
    const key = await this.#nameNow();
    const model = await this.#load(key);
    const folders = await foldersOf(workbench, model);
    return currentFrom(key, model, folders, await start(folders));
  }

  async #load(name: string): Promise<LoadedModel> {
    const { workbench, prepare } = this.#options;
    if (prepare) return await workbench.resolveModel(name);
    const ready = await workbench.readyModel(name);
    if (ready !== undefined) return ready;
    throw new UserError(
      `The model "${name}" is not ready for completions.`,
      step`${action('setUp')} to prepare the model.`,
    );
  }

  /** A model that was refused for want of an export is tried again once it is exported. */
  async #isRefused(name: string): Promise<boolean> {
    if (this.#refused?.name !== name) return false;
    return this.#refused.usable || !(await this.#isUsable(name));
  }

  async #isUsable(name: string): Promise<boolean> {
    return (await usableModel(name, this.#options.workbench.models)) !== undefined;
  }

  async #swap(current: Current, key: string): Promise<void> {
    try {
      const model = await this.#load(key);
      const folders = await foldersOf(this.#options.workbench, model);
      await current.completer.swap(folders);
      this.#current = Promise.resolve(currentFrom(key, model, folders, current.completer));
    } catch (error) {
      this.#refused = { name: key, usable: await this.#isUsable(key).catch(() => false) };
      this.#options.onNotice(error instanceof Error ? error.message : String(error));
    }
  }
}

async function foldersOf(workbench: Workbench, model: LoadedModel): Promise<ModelFolders> {
  const { folder, precision } = await workbench.completionExport(model, []);
  return { modelFolder: model.folder, onnxFolder: folder, precision };
}

function currentFrom(key: string, model: LoadedModel, folders: ModelFolders, completer: Completer): Current {
  const { record, style, countTokens } = model;
  return {
    key,
    hash: model.hash,
    name: record.name,
    countTokens,
    completer,
    writer: completer.of(folders),
    style: {
      ...style,
      condition: record.condition,
      // Trained under its chat frame, a model is asked as it was trained.
      fill: record.objective === undefined ? model.fill : undefined,
    },
  };
}
