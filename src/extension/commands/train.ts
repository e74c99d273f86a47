import * as vscode from 'vscode';
import { amountFor, runSeconds } from '../../core/learning/budget.ts';
import { splitWithout } from '../../core/learning/split.ts';
import { modelPhrase, rateWords, runStart } from '../../core/outcome/modelNames.ts';
import { ACTION_LABELS, cardLines, cardMessage, cardOf } from '../../core/outcome/verdictCard.ts';
import {
  autoDeviceWords,
  costWords,
  decidable,
  isSyntaxError,
  sandboxWords,
  skippedFirst,
  skippedWords,
} from '../../core/outcome/planWords.ts';
import { modelWords } from '../../core/text/words.ts';
import { BOUNDS, problemWith, type Bounds } from '../../protocol/bounds.ts';
import { REQUESTS, type TrainingPlan } from '../../protocol/backend.ts';
import type { SamplerEndpoint } from '../../protocol/engines.ts';
import { UserError } from '../../protocol/errors.ts';
import type { RunReport } from '../../protocol/run.ts';
import { PageAddress } from '../../protocol/runPage.ts';
import type { StoredModelSummary } from '../../protocol/storedModels.ts';
import { Device } from '../../protocol/training.ts';
import type { RequestOptions } from '../backend.ts';
import { hasLostServer } from '../errors.ts';
import type { RunNode } from '../explorer/nodes.ts';
import type { TasksTree } from '../explorer/tasksTree.ts';
import { differing, withRemembered, type Answers } from './rememberedAnswers.ts';
import { askForModel } from './models.ts';
import type { RunSettings } from '../places.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';

type Row = vscode.QuickPickItem & { does: 'start' | 'skipped' | 'decides' | 'endpoint' | keyof Answers };

/** "LeTI: Train on workspace tasks": shows the plan, then runs. */
export async function train(services: Services, tasks: TasksTree): Promise<void> {
  await trainIn(services, tasks, await services.places.chooseFolder(), {});
}

/** Plans a run like an earlier one, with twice its time or rounds. What was written before is not written again. */
export async function trainLonger(
  services: Services,
  tasks: TasksTree,
  { workspace, run }: PageAddress,
): Promise<void> {
  const { report } = await services.backend.ask(REQUESTS.run, { workspace, run });
  const { model, minutes, rounds, samples } = report.config;
  const longer =
    minutes === undefined
      ? { rounds: Math.min(2 * rounds, BOUNDS.rounds.max) }
      : { minutes: Math.min(2 * minutes, BOUNDS.minutes.max) };
  await trainIn(services, tasks, vscode.Uri.file(workspace), { model, samples, ...longer });
}

/** `wanted` replaces what the user chose in the plan before. */
async function trainIn(
  services: Services,
  tasks: TasksTree,
  folder: vscode.Uri,
  wanted: Partial<Answers>,
): Promise<void> {
  const place = await services.places.placeToWrite(folder);
  const choices = services.places.runSettings(folder);
  const plan = await withRunProgress('LeTI: Finding tasks', services.log, async (following) =>
    services.backend.ask(REQUESTS.plan, { ...place, settings: choices }, following),
  );
  await tasks.show(folder.fsPath, plan);
  const answers = await askForAnswers(services, folder, plan, choices, wanted);
  if (answers === undefined) return;
  const settings = { ...choices, ...answers };
  await follow(services, folder.fsPath, 'LeTI: Training', async (following) =>
    services.backend.ask(
      REQUESTS.train,
      { ...place, start: { settings, ...(plan.hash === undefined ? {} : { plan: plan.hash }) } },
      following,
    ),
  );
}

/** Resumes a stopped run: the given one, or the newest. */
export async function resume(services: Services, node: RunNode | PageAddress | undefined): Promise<void> {
  const { workspace, run } = node === undefined ? await newestStopped(services) : runOf(node);
  const place = await services.places.placeToWrite(vscode.Uri.file(workspace));
  await follow(services, workspace, 'LeTI: Resuming run', async (following) =>
    services.backend.ask(REQUESTS.train, { ...place, start: { resume: run } }, following),
  );
}

function runOf(node: RunNode | PageAddress): PageAddress {
  return 'kind' in node ? { workspace: node.workspace, run: node.summary.id } : node;
}

async function newestStopped(services: Services): Promise<{ workspace: string; run: string }> {
  const folder = await services.places.chooseFolder();
  const runs = await services.backend.ask(REQUESTS.runs, { workspace: folder.fsPath });
  const stopped = runs.find(({ status }) => status === 'interrupted' || status === 'failed');
  if (stopped === undefined)
    throw new UserError(
      'This folder has no stopped run.',
      'Start a run with "LeTI: Train on workspace tasks".',
    );
  return { workspace: folder.fsPath, run: stopped.id };
}

async function follow(
  services: Services,
  workspace: string,
  title: string,
  work: (following: RequestOptions) => Promise<RunReport>,
): Promise<void> {
  const stop = new vscode.CancellationTokenSource();
  const live = services.live.follow(workspace, () => {
    stop.cancel();
  });
  const { workspaceState } = services.context;
  let run: string | undefined;
  const report = await (async () => {
    try {
      return await withRunProgress(title, services.log, async ({ token, onEvent }) => {
        token?.onCancellationRequested(() => {
          if (run === undefined) stop.cancel();
          else services.live.cancel(run);
        });
        return await work({
          token: stop.token,
          onEvent: (event) => {
            if (event.event === 'run') {
              run = event.run;
              void workspaceState.update(UNFINISHED, { workspace, run });
            }
            live.event(event);
            onEvent?.(event);
          },
        });
      });
    } catch (error) {
      // A window that closes ends its server first. The next window offers to resume.
      if (!hasLostServer(error)) await workspaceState.update(UNFINISHED, undefined);
      throw error;
    } finally {
      live.end();
    }
  })();
  await workspaceState.update(UNFINISHED, undefined);
  await sayOutcome(services, { workspace, run: report.run });
}

/** Key of this window's unfinished run. */
const UNFINISHED = 'leti.unfinishedRun';

/** Offers once to resume the run that ended with the last window of this workspace. Reads nothing from the server. */
export function offerToResume({ context, log }: Pick<Services, 'context' | 'log'>): void {
  const left = PageAddress.safeParse(context.workspaceState.get(UNFINISHED));
  if (!left.success) return;
  void context.workspaceState.update(UNFINISHED, undefined);
  const [resumeIt, open] = ['Resume', 'Open Run'] as const;
  const words = `LeTI: The training of ${runStart(left.data.run) ?? 'this folder'} stopped when the window closed.`;
  log.info(words);
  void vscode.window.showInformationMessage(words, resumeIt, open).then((choice) => {
    if (choice === undefined) return;
    const command = choice === resumeIt ? 'leti.resume' : 'leti.openRun';
    void vscode.commands.executeCommand(command, left.data);
  });
}

/** Says what a finished run came to, with its page and the nearest thing to do. */
async function sayOutcome({ backend, places, log }: Services, address: PageAddress): Promise<void> {
  const fallbackModel = places.settings(vscode.Uri.file(address.workspace)).model;
  const [detail, histories, use] = await Promise.all([
    backend.ask(REQUESTS.run, address),
    backend.ask(REQUESTS.histories, address),
    backend.ask(REQUESTS.runUse, { ...address, fallbackModel }),
  ]);
  const card = cardOf(detail, histories, use);
  if (card === undefined) return;
  for (const line of cardLines(card)) log.info(line);
  const open = 'Open Run';
  const commands: Partial<Record<string, string>> = {
    [open]: 'leti.openRun',
    [ACTION_LABELS.use]: 'leti.useRun',
    [ACTION_LABELS.undo]: 'leti.rollBack',
  };
  const offered = card.actions.map((action) => ACTION_LABELS[action]).filter((label) => label in commands);
  void vscode.window.showInformationMessage(`LeTI: ${cardMessage(card)}`, open, ...offered).then((choice) => {
    const command = choice === undefined ? undefined : commands[choice];
    if (command !== undefined) void vscode.commands.executeCommand(command, address);
  });
}

/**
 * Shows the plan as a list. The first row starts, each other row changes one answer. Undefined where the user closes
 * it.
 */
async function askForAnswers(
  services: Services,
  folder: vscode.Uri,
  plan: TrainingPlan,
  choices: RunSettings,
  wanted: Partial<Answers>,
): Promise<Answers | undefined> {
  const models = await services.backend.ask(REQUESTS.models, { workspace: folder.fsPath });
  const names = new Map(models.map((known) => [known.hash, nameWithRate(known)]));
  const { endpoint } = services.places.settings(folder);
  const key = `answers:${folder.toString()}`;
  const { model, rounds, samples, device } = choices;
  const settings: Answers = { model, rounds, samples, device, skipTasks: [] };
  const remembered = services.context.workspaceState.get<unknown>(key);
  let answers = { ...withRemembered(settings, remembered), ...wanted };
  for (;;) {
    const rows = [...rowsOf(plan, { ...choices, ...answers }, names, model), ...endpointRows(endpoint)];
    const picked = await vscode.window.showQuickPick(rows, {
      title: 'LeTI: Train on workspace tasks',
      placeHolder: `${plan.interpreter}. ${sandboxWords(plan.tier)}`,
      ignoreFocusOut: true,
    });
    if (picked === undefined) return undefined;
    if (picked.does === 'start') break;
    if (picked.does === 'skipped') {
      // Who opens a file leaves the plan.
      if (await showSkipped(folder, plan)) return undefined;
      continue;
    }
    if (picked.does === 'decides') continue;
    if (picked.does === 'endpoint') {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'leti.endpoint');
      return undefined;
    }
    answers = {
      ...answers,
      ...(await change(services, folder, picked.does, plan, { ...choices, ...answers })),
    };
  }
  await services.context.workspaceState.update(key, differing(answers, settings));
  return answers;
}

/** Says who writes the programs, where that is not this machine. */
function endpointRows(endpoint: SamplerEndpoint | undefined): Row[] {
  if (endpoint === undefined) return [];
  return [
    {
      does: 'endpoint',
      label: '$(cloud) Server',
      description: `${endpoint.url} writes the programs`,
      detail: 'It gets prompts with code of this folder. The times above are those of this computer.',
    },
  ];
}

/** Lists what was skipped and why. True where the user opens one of the files. */
async function showSkipped(folder: vscode.Uri, { dropped }: TrainingPlan): Promise<boolean> {
  const picked = await vscode.window.showQuickPick(
    skippedFirst(dropped).map((one) => ({
      label: `$(${isSyntaxError(one) ? 'warning' : 'circle-slash'}) ${isSyntaxError(one) ? one.path : one.id}`,
      description: one.reason,
      one,
    })),
    {
      title: `LeTI: Skipped: ${skippedWords(dropped)}`,
      placeHolder: 'Select one to open it',
      matchOnDescription: true,
    },
  );
  if (picked === undefined || picked.one.path === '') return false;
  const selection = new vscode.Range(picked.one.line - 1, 0, picked.one.line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, picked.one.path), { selection });
  return true;
}

/** A stored model in the plan: its title, what it was trained from, and its measured rate. */
function nameWithRate({ record, measured }: StoredModelSummary): string {
  const rate = rateWords(measured);
  return `${modelPhrase(record)}${rate === '' ? '' : ` · ${rate}`}`;
}

/** `names` maps hashes of stored models to their names; `planned` is the model that the plan is about. */
function rowsOf(
  plan: TrainingPlan,
  answers: Answers & RunSettings,
  names: ReadonlyMap<string, string>,
  planned: string,
): Row[] {
  const { train, heldOut } = splitWithout(plan.tasks, answers);
  const counts = { train: train.length, heldOut: heldOut.length };
  const amount =
    answers.minutes === undefined ? answers : amountFor(answers.minutes * 60, counts, plan.speeds).amount;
  const wanted = plan.wantedBytes + amount.rounds * plan.bytesPerRound;
  const families = new Set(heldOut.map(({ family }) => family)).size;
  const decides = decidable(families, amount.heldOutSamples * (amount.looks ?? 1));
  const skipped = skippedFirst(plan.dropped);
  const broken = skipped.some(isSyntaxError);
  return [
    {
      does: 'start',
      label: '$(play) Start training',
      description: costWords(runSeconds(amount, counts, plan.speeds), wanted, plan),
      detail: plan.environmentReady
        ? ''
        : 'The first run installs PyTorch in an environment of its own, which takes minutes.',
    },
    {
      does: 'decides',
      label: `$(${decides.can ? 'pass' : 'warning'}) Can tell whether it gets better`,
      description: decides.words,
      detail: decides.can
        ? ''
        : 'The new model is stored and not used by itself. Write tests for more functions.',
    },
    {
      does: 'skipTasks',
      label: '$(checklist) Tasks',
      description: `${counts.train} for training, ${counts.heldOut} for testing`,
    },
    ...(skipped.length === 0
      ? []
      : [
          {
            does: 'skipped' as const,
            label: `$(${broken ? 'warning' : 'circle-slash'}) Skipped`,
            description: `${skippedWords(skipped)} (show why)`,
          },
        ]),
    {
      does: 'model',
      label: '$(database) Model',
      description: names.get(answers.model) ?? modelWords(answers.model),
      // The plan is about the model of the settings.
      detail: answers.model === planned ? (plan.modelNote ?? '') : '',
    },
    {
      does: 'minutes',
      label: '$(clock) Time',
      description:
        answers.minutes === undefined ? 'no limit' : `${answers.minutes} min, which decide the next two rows`,
    },
    { does: 'rounds', label: '$(sync) Rounds', description: String(amount.rounds) },
    { does: 'samples', label: '$(symbol-number) Attempts per task', description: String(amount.samples) },
    {
      does: 'device',
      label: '$(circuit-board) Device',
      description: answers.device === 'auto' ? autoDeviceWords(plan.autoDevice) : answers.device,
    },
  ];
}

async function change(
  services: Services,
  folder: vscode.Uri,
  what: keyof Answers,
  plan: TrainingPlan,
  answers: Answers & RunSettings,
): Promise<Partial<Answers>> {
  switch (what) {
    case 'skipTasks': {
      const skipped = new Set(answers.skipTasks);
      const heldOut = new Set(splitWithout(plan.tasks, answers).heldOut);
      const picked = await vscode.window.showQuickPick(
        plan.tasks.map((task) => ({
          label: task.name,
          description: `${task.path}${task.commit === undefined ? '' : ` at ${task.commit.slice(0, 7)}`}${heldOut.has(task) ? ' · for testing' : ''}`,
          picked: !skipped.has(task.id),
          id: task.id,
        })),
        { canPickMany: true, title: 'Select tasks for this run', matchOnDescription: true },
      );
      if (picked === undefined) return {};
      const kept = new Set(picked.map(({ id }) => id));
      return { skipTasks: plan.tasks.map(({ id }) => id).filter((id) => !kept.has(id)) };
    }
    case 'model': {
      const model = await askForModel(services, folder, answers.model);
      return model === undefined ? {} : { model };
    }
    case 'device': {
      const device = await vscode.window.showQuickPick(Device.options, { title: 'Device' });
      return device === undefined ? {} : { device: Device.parse(device) };
    }
    case 'minutes':
      return await askForMinutes(answers.minutes);
    case 'rounds':
    case 'samples': {
      const number = await askForNumber(
        what === 'rounds' ? 'Rounds' : 'Attempts per training task in each round',
        answers[what],
        BOUNDS[what],
      );
      return number === undefined ? {} : { [what]: number, minutes: undefined };
    }
  }
}

/** Times that people have, in minutes. */
const TIMES = [
  { label: 'Quick', description: '15 minutes', minutes: 15 },
  { label: 'An hour', description: '60 minutes', minutes: 60 },
  { label: 'Overnight', description: '8 hours', minutes: 480 },
];

async function askForMinutes(now: number | undefined): Promise<Partial<Answers>> {
  const [custom, none] = [
    { label: 'Custom...' },
    { label: 'No limit', description: 'Rounds and programs decide' },
  ];
  const picked = await vscode.window.showQuickPick([...TIMES, custom, none], { title: 'Time for this run' });
  if (picked === undefined) return {};
  if (picked === none) return { minutes: undefined };
  const time = TIMES.find((one) => one === picked);
  if (time !== undefined) return { minutes: time.minutes };
  const minutes = await askForNumber('Minutes for this run', now ?? 30, BOUNDS.minutes);
  return minutes === undefined ? {} : { minutes };
}

async function askForNumber(title: string, value: number, bounds: Bounds): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    value: String(value),
    validateInput: (typed) => problemWith(typed, bounds, true),
  });
  return text === undefined ? undefined : Number(text);
}
