import * as vscode from 'vscode';
import { z } from 'zod';
import { evaluationLine, gateLine } from '../../core/text/words.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import { explain } from '../errors.ts';
import type { Services } from '../services.ts';

/** Inputs of the tools. The manifest describes the same inputs to agents. */
const CheckProgram = z.strictObject({ task: z.string(), body: z.string() });
const GetFeedback = z.strictObject({ task: z.string() });
const ListTasks = z.strictObject({});
const TrainRound = z.strictObject({});

/** Number of programs per task in an answer. */
const SHOWN = 4;

/**
 * Tools for agents in VS Code: list tasks, check a body in the sandbox, get feedback of the newest run, and train one
 * round after the user agreed.
 */
export function registerTools(services: Services): vscode.Disposable[] {
  const { backend, places, live } = services;
  return [
    tool('leti_list_tasks', ListTasks, async (_input, token) => {
      const place = await places.place(await places.chooseFolder());
      const tasks = await backend.ask(REQUESTS.tasks, place, { token });
      return tasks.map(({ id, checks }) => `${id} (${checks} checks)`).join('\n');
    }),
    tool(
      'leti_check_program',
      CheckProgram,
      async (input, token) => {
        const place = await places.place(await places.chooseFolder());
        const checked = await backend.ask(REQUESTS.checkProgram, { ...place, ...input }, { token });
        const counts = `${checked.checksPassed} of ${checked.checksTotal} checks passed`;
        return checked.verdict === 'passed' ? `passed: ${counts}` : `${checked.verdict}: ${checked.feedback}`;
      },
      // Programs then run with the user's rights where the sandbox cannot hold them.
      () =>
        places.folders().some(({ uri }) => places.settings(uri).allowUncontained)
          ? {
              title: 'Run a program of the agent',
              message:
                'The setting "Allow uncontained" is on. The program may run with your rights, outside the sandbox.',
            }
          : undefined,
    ),
    tool('leti_get_feedback', GetFeedback, async ({ task }) => {
      const workspace = (await places.chooseFolder()).fsPath;
      const [run] = await backend.ask(REQUESTS.runs, { workspace });
      if (run === undefined) throw new UserError('There are no runs yet.', 'Train first.');
      const detail = await backend.ask(REQUESTS.task, { workspace, run: run.id, task });
      const samples = detail.stages.at(-1)?.samples ?? [];
      return samples
        .slice(0, SHOWN)
        .map(({ completion, verdict, feedback }) => `${completion.trim()}\n=> ${verdict}\n${feedback}`)
        .join('\n\n');
    }),
    tool(
      'leti_train_round',
      TrainRound,
      async (_input, token) => {
        const folder = await places.chooseFolder();
        const place = await places.place(folder);
        const settings = { ...places.runSettings(folder), rounds: 1 };
        const following = live.follow(folder.fsPath);
        const report = await backend
          .ask(REQUESTS.train, { ...place, start: { settings } }, { token, onEvent: following.event })
          .finally(following.end);
        return [...report.heldOut.map(evaluationLine), ...report.gates.map(gateLine)].join('\n');
      },
      () => ({
        title: 'Train one round',
        message: 'LeTI runs programs that the model writes, and trains on them. This takes minutes.',
      }),
    ),
  ];
}

function tool<Input>(
  name: string,
  schema: z.ZodType<Input>,
  work: (input: Input, token: vscode.CancellationToken) => Promise<string>,
  confirmation: () => vscode.LanguageModelToolConfirmationMessages | undefined = () => undefined,
): vscode.Disposable {
  return vscode.lm.registerTool<Input>(name, {
    prepareInvocation: () => {
      const confirmationMessages = confirmation();
      return confirmationMessages === undefined ? {} : { confirmationMessages };
    },
    invoke: async ({ input }, token) => {
      try {
        return result(await work(schema.parse(input), token));
      } catch (error) {
        const words = explain(error);
        // An agent gets the same message as a person, next step included.
        throw words === undefined ? error : new Error(words, { cause: error });
      }
    },
  });
}

function result(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)]);
}
