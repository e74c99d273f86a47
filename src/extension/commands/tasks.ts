import * as vscode from 'vscode';
import { evaluationLine } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import type { TasksTree } from '../explorer/tasksTree.ts';
import { withRunProgress } from '../progress.ts';
import type { Services } from '../services.ts';

/** Looks for tasks and shows them in the Tasks view. */
export async function findTasks(services: Services, tree: TasksTree): Promise<void> {
  const folder = await services.places.chooseFolder();
  const place = await services.places.place(folder);
  const plan = await withRunProgress('LeTI: Finding tasks', services.log, async (following) =>
    services.backend.ask(
      REQUESTS.plan,
      { ...place, settings: services.places.runSettings(folder) },
      following,
    ),
  );
  await tree.show(folder.fsPath, plan);
  for (const drop of plan.dropped)
    services.log.info(`left out ${drop.path}:${drop.line} ${drop.id}: ${drop.reason}`);
}

/** Evaluates the active model on the held-out tasks; before any promotion, the model of the settings. */
export async function evaluate(services: Services): Promise<void> {
  const folder = await services.places.chooseFolder();
  const place = await services.places.place(folder);
  const settings = services.places.runSettings(folder);
  const evaluation = await withRunProgress('LeTI: Evaluating', services.log, async (following) =>
    services.backend.ask(REQUESTS.evaluate, { ...place, settings }, following),
  );
  services.log.info(evaluationLine({ ...evaluation, round: 0 }));
  void vscode.window.showInformationMessage(
    `LeTI: ${evaluation.passedSamples} of ${evaluation.samples} programs pass. ${evaluation.passedTasks} of ${evaluation.tasks} held-out tasks have a passing program.`,
  );
}
