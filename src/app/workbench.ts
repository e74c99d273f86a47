import { rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { RUN_PATIENCE } from '../engines/backOff.ts';
import { openEndpointSampler } from '../engines/endpointSampler.ts';
import { startExecutor, type Executor } from '../execution/executor.ts';
import { findWorkspaceInterpreter, type WorkspaceInterpreter } from '../execution/interpreter.ts';
import { Git } from '../harvest/history/git.ts';
import { originalName } from '../core/outcome/modelNames.ts';
import { standardLibrarySources } from '../harvest/pythonSources.ts';
import { createNodeCompleter } from '../inference/nodeCompleter.ts';
import { createNodeSampler } from '../inference/nodeSampler.ts';
import { once } from '../process/once.ts';
import { requireFreeSpace, letiHome } from '../process/letiHome.ts';
import { packageVersion } from '../process/packageRoot.ts';
import type { Completer, ModelFolders } from '../protocol/completion.ts';
import { KEY_VARIABLE, type SamplerEndpoint } from '../protocol/engines.ts';
import { action, InterruptedError, step, UserError } from '../protocol/errors.ts';
import type { ModelRecord } from '../protocol/model.ts';
import type { RunObserver, RunReport } from '../protocol/run.ts';
import type { Sampler } from '../protocol/sampling.ts';
import type { Task } from '../protocol/task.ts';
import type { Device, Likelihoods, Trained, TrainingSettings } from '../protocol/training.ts';
import { ActiveModels } from '../training/active.ts';
import { ensureTrainerEnvironment, type TrainerEnvironment } from '../training/environment.ts';
import { ModelStore } from '../training/modelStore.ts';
import { TrainerClient, type StepEvent } from '../training/trainerClient.ts';
import { catalogueModel } from './models/catalogue.ts';
import { agreementTexts, completionExport, exportModel, type ExportRequest } from './models/export.ts';
import {
  activeModel,
  bestOf,
  keptModels,
  resultOf,
  usableModel,
  type ChosenExport,
} from './models/lifetime.ts';
import { loadModel, resolveModel, type LoadedModel } from './models/prepare.ts';
import { workspaceFiles, type WorkspaceFiles } from './folders.ts';

export interface WorkbenchOptions {
  /** Real path of the workspace. */
  workspace: string;
  device: Device;
  /** Interpreter of the workspace, if the user names one. */
  interpreter: string | undefined;
  /** Runs programs even where nothing contains them. */
  allowUncontained: boolean;
  /** Trainer environment of the user's own, if named. */
  trainerPython: string | undefined;
  /** Where programs are written instead of on this machine; never taken from a workspace's own settings. */
  endpoint?: SamplerEndpoint | undefined;
  observe: RunObserver;
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
}

/** What a round's training is about, for the new model's record. */
export type TrainedAs = Pick<ModelRecord, 'objective' | 'condition' | 'markers' | 'run' | 'round' | 'source'>;

/** Weights, gradients, two moments, a checkpoint and the new model, all in float32, of a small model. */
const TRAINING_BYTES = 4e9;

/** Of one text whose likelihood is measured; a piece of source is far shorter with any tokenizer. */
const MEASURED_TOKENS = 2048;

/** The tools of a run, each made when it is first needed and put away by `close`. */
export class Workbench {
  readonly workspace: string;
  readonly observe: RunObserver;
  readonly signal: AbortSignal;
  readonly files: WorkspaceFiles;
  readonly models: ModelStore;
  readonly active: ActiveModels;
  /** The workspace's repository, if it has one. */
  readonly git: Git;
  readonly #options: WorkbenchOptions;
  /** For processes that we start: without the endpoint's key. */
  readonly #childEnv: NodeJS.ProcessEnv;
  /** What `close` ends. */
  #started: Promise<Executor> | undefined;
  #trainer: TrainerClient | undefined;
  /** From `close` on nothing starts, not even what was asked for before: nobody would end it. */
  #closed = false;

  constructor(options: WorkbenchOptions) {
    this.#options = options;
    this.workspace = options.workspace;
    this.observe = options.observe;
    this.signal = options.signal;
    this.files = workspaceFiles(options.workspace, options.env);
    this.models = new ModelStore(letiHome(options.env), (message) => {
      options.observe({ event: 'notice', message });
    });
    this.active = new ActiveModels(this.files.folder);
    this.#childEnv = { ...options.env };
    for (const name of [KEY_VARIABLE, options.endpoint?.keyVariable ?? KEY_VARIABLE]) {
      this.#childEnv[name] = undefined;
      // The inference process inherits the variables of this one.
      Reflect.deleteProperty(process.env, name);
    }
    this.git = new Git({ folder: options.workspace, env: this.#childEnv, signal: options.signal });
  }

  /** For processes that we start. */
  get env(): NodeJS.ProcessEnv {
    return this.#childEnv;
  }

  /** The trainer's Python, where the user named one. */
  get ownTrainer(): string | undefined {
    return this.#options.trainerPython;
  }

  /** The workspace's interpreter; programs run in it. */
  interpreter = once(
    async (): Promise<WorkspaceInterpreter> =>
      await findWorkspaceInterpreter({
        workspace: this.workspace,
        explicit: this.#options.interpreter,
        env: this.#childEnv,
      }),
  );

  readonly executor = once(async (): Promise<Executor> => {
    const { path: interpreter } = await this.interpreter();
    this.#throwIfClosed();
    const { allowUncontained } = this.#options;
    this.#started = startExecutor({
      interpreter,
      pytest: true,
      workspace: this.workspace,
      allowUncontained,
    });
    return await this.#started;
  });

  /** Created on first use, which takes minutes. */
  readonly environment = once(
    async (): Promise<TrainerEnvironment> =>
      await ensureTrainerEnvironment({
        home: letiHome(this.#options.env),
        device: this.#options.device,
        env: this.#childEnv,
        signal: this.signal,
        onProgress: (detail) => {
          this.observe({ event: 'phase', phase: 'trainer environment', detail });
        },
        ...(this.#options.trainerPython === undefined ? {} : { explicit: this.#options.trainerPython }),
      }),
  );

  /** The one trainer process of all work here. */
  readonly trainer = async (): Promise<TrainerClient> => {
    const { python } = await this.environment();
    this.#throwIfClosed();
    return (this.#trainer ??= new TrainerClient({ python, env: this.#childEnv, signal: this.signal }));
  };

  /** What ran, for the run's record. */
  async versions(): Promise<Record<string, string>> {
    const interpreter = await this.interpreter();
    const executor = await this.executor();
    const { python, versions } = await (await this.trainer()).hello();
    return {
      leti: packageVersion(),
      node: process.version,
      interpreter: interpreter.version,
      tier: executor.tier,
      trainerPython: python,
      ...versions,
    };
  }

  #throwIfClosed(): void {
    if (this.#closed) throw new InterruptedError();
  }

  async resolveModel(name: string): Promise<LoadedModel> {
    const { env, models: store, trainer: getTrainer, observe, signal } = this;
    return await resolveModel(name, { env, store, getTrainer, observe, signal });
  }

  /** The name of the active model: the promoted one, else `fallback`. Throws a UserError when it was deleted since. */
  async activeModel(fallback: string): Promise<string> {
    return await activeModel(this.active, this.models, fallback);
  }

  /** A model that a run made before; throws a UserError when it was deleted since. */
  async storedModel(hash: string): Promise<LoadedModel> {
    const stored = await this.models.get(hash);
    if (stored === undefined) {
      throw new UserError(
        `The model ${hash} is no longer stored.`,
        'Start a new run. LeTI cannot resume this one.',
      );
    }
    return await loadModel(stored);
  }

  /** A model by its name or hash, if completions can use it at once, without trainer and network. */
  async readyModel(name: string): Promise<LoadedModel | undefined> {
    const stored = await usableModel(name, this.models);
    return stored === undefined ? undefined : await loadModel(stored);
  }

  /** What rounds sample with: onnxruntime in the trainer process on the CPU, torch on an accelerator. */
  async roundSampler(model: LoadedModel, tasks: readonly Task[]): Promise<Sampler> {
    const { profile } = await this.environment();
    const folder =
      profile === 'cpu' ? await exportModel(this.#exporting(model, tasks), 'fp32') : model.folder;
    const trainer = await this.trainer();
    return await trainer.sampler({
      engine: profile === 'cpu' ? 'onnx' : 'torch',
      folder,
      tokenizer: model.folder,
      device: profile,
      threads: os.availableParallelism(),
    });
  }

  /** Where programs are written instead of on this machine. */
  get endpoint(): SamplerEndpoint | undefined {
    return this.#options.endpoint;
  }

  /** What the user's endpoint writes, with the prompts and the tokenizer of a model. Throws without an endpoint. */
  async endpointSampler(model: LoadedModel): Promise<Sampler> {
    const { endpoint, env } = this.#options;
    if (endpoint === undefined) throw new Error('no endpoint was chosen');
    const sampler = await openEndpointSampler({
      ...{ endpoint, env, tokenizer: model, frame: model.style.frame },
      patience: RUN_PATIENCE,
      onWait: (detail) => {
        this.observe({ event: 'phase', phase: 'endpoint', detail });
      },
      signal: this.signal,
    });
    this.observe({ event: 'phase', phase: 'endpoint', detail: `programs are written by ${sampler.engine}` });
    return sampler;
  }

  /** What completions use: the exported model in Node, in int8 unless that falls short. */
  async completionSampler(model: LoadedModel, tasks: readonly Task[]): Promise<Sampler> {
    const { folder: onnxFolder, precision } = await this.completionExport(model, tasks);
    return await createNodeSampler({
      modelFolder: model.folder,
      onnxFolder,
      precision,
      threads: os.availableParallelism(),
    });
  }

  /** Starts a process that completes with an exported model. The caller closes it. */
  readonly startCompleter = async (model: ModelFolders): Promise<Completer> =>
    await createNodeCompleter({
      model,
      threads: os.availableParallelism(),
      onCrash: (message) => {
        this.observe({ event: 'notice', message });
      },
    });

  /** The export that completions use, made on first use. */
  async completionExport(model: LoadedModel, tasks: readonly Task[]): Promise<ChosenExport> {
    return await completionExport(this.#exporting(model, tasks));
  }

  #exporting(model: LoadedModel, tasks: readonly Task[]): ExportRequest {
    return {
      ...{ model, store: this.models, getTrainer: this.trainer, observe: this.observe },
      texts: async () => agreementTexts(tasks, model.style, await this.pretrainingSources()),
      signal: this.signal,
    };
  }

  /**
   * Trains on a file of examples and takes the new model into the store. Continues at a checkpoint in `folder` if
   * an earlier try left one.
   */
  async train(
    work: { model: LoadedModel; examples: string; folder: string; settings: TrainingSettings },
    trainedAs: TrainedAs,
    onStep: (step: StepEvent) => void,
  ): Promise<Trained & { model: string }> {
    await requireFreeSpace(work.folder, TRAINING_BYTES, 'Training');
    const { profile } = await this.environment();
    const out = path.join(work.folder, 'model');
    const trainer = await this.trainer();
    const trained = await trainer.train(
      {
        model: work.model.folder,
        examples: work.examples,
        out,
        work: path.join(work.folder, 'checkpoints'),
        device: profile,
        threads: os.availableParallelism(),
        settings: work.settings,
      },
      (event) => {
        if (event.event === 'step') onStep(event);
        if (event.event === 'notice') this.observe(event);
      },
    );
    const base = work.model.record;
    const stored = await this.models.add(
      out,
      {
        ...base,
        ...trainedAs,
        parents: [...base.parents, work.model.hash],
        name: `${originalName(base)}, LeTI round ${trainedAs.round}`,
      },
      { move: true },
    );
    return { ...trained, model: stored.hash };
  }

  /** How likely a model finds the texts of a file of examples. */
  async likelihoods(model: LoadedModel, texts: string): Promise<Likelihoods> {
    const { profile } = await this.environment();
    const trainer = await this.trainer();
    return await trainer.measure({
      model: model.folder,
      texts,
      device: profile,
      threads: os.availableParallelism(),
      maxTokens: MEASURED_TOKENS,
    });
  }

  /**
   * Deletes the weights that a finished run made and nobody needs: all but its result, the best ones, and those that a
   * workspace uses or can roll back to. Returns the export folder of its result, undefined when it trained nothing.
   */
  async tidy(report: RunReport): Promise<string | undefined> {
    const result = resultOf(report);
    const own = new Set([result, bestOf(report.heldOut)]);
    const kept = await keptModels(letiHome(this.#options.env), this.models);
    for (const why of kept.unreadable)
      this.observe({ event: 'notice', message: `${why} No model is deleted.` });
    for (const { hash, record } of await this.models.list()) {
      if (record.run === report.run && !kept.has(hash) && !own.has(hash)) await this.models.remove(hash);
    }
    return result === undefined ? undefined : path.dirname(this.models.exportFolder(result, 'int8'));
  }

  /** Makes a model the active one. Exports it first where that is still to do, so that completions can use it. */
  async promote(model: LoadedModel, reason: string): Promise<void> {
    await this.completionExport(model, []);
    await this.active.promote(model.hash, reason);
  }

  /**
   * Promotes a stored model by the beginning of its hash, or a model of the catalogue, which is fetched if it is missing.
   * Throws a UserError where no model or several begin so.
   */
  async promoteByHand(name: string): Promise<LoadedModel> {
    const model =
      catalogueModel(name) === undefined ? await this.#storedOnce(name) : await this.resolveModel(name);
    await this.promote(model, 'promoted by hand');
    return model;
  }

  async #storedOnce(prefix: string): Promise<LoadedModel> {
    const stored = await this.models.get(prefix);
    if (stored !== undefined) return await loadModel(stored);
    throw new UserError(
      `No single stored model begins with "${prefix}", and the catalogue has no such name.`,
      step`${action('listModels')} to see the stored models.`,
      2,
    );
  }

  /**
   * Python source for continued pre-training: the interpreter's standard library. The workspace's own modules hold the
   * bodies that tasks mask, so they are left out.
   */
  readonly pretrainingSources = once(
    async (): Promise<string[]> => await standardLibrarySources((await this.interpreter()).path),
  );

  /** Deletes a round's checkpoints once its new model is stored; the training texts stay as a record. */
  async dropCheckpoints(roundFolder: string): Promise<void> {
    await rm(path.join(roundFolder, 'checkpoints'), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#trainer?.close();
    await (await this.#started?.catch(() => undefined))?.close();
  }
}
