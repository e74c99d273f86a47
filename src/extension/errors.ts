import * as vscode from 'vscode';
import { ErrorCodes, LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import { ErrorData } from '../protocol/backend.ts';
import { UserError } from '../protocol/errors.ts';
import { gaveUpWords } from './restartPolicy.ts';
import { editorStep } from './stepWords.ts';

const SHOW_LOG = 'Show Log';

/** What a request is answered with when the backend is gone. */
const GONE: readonly number[] = [ErrorCodes.PendingResponseRejected, ErrorCodes.ConnectionInactive];
const GONE_WORDS =
  'The LeTI server ended during this work. Try again. To continue a run, run "LeTI: Resume stopped run".';

/** What went wrong, with its next step, for a user of the editor; undefined for what the user cancelled. */
export function explain(error: unknown): string | undefined {
  if (error instanceof vscode.CancellationError) return undefined;
  if (error instanceof ResponseError) {
    if (error.code === LSPErrorCodes.RequestCancelled) return undefined;
    if (GONE.includes(error.code)) return GONE_WORDS;
    const data = ErrorData.safeParse(error.data);
    return data.success ? `${error.message} ${editorStep(data.data.nextStep)}` : error.message;
  }
  if (error instanceof UserError) return `${error.message} ${editorStep(error.nextStep)}`;
  return error instanceof Error ? error.message : String(error);
}

/** Whether a request failed because the server ended. */
export function hasLostServer(error: unknown): boolean {
  return error instanceof ResponseError && GONE.includes(error.code);
}

/** Whether an error was written for users, with what to do. */
function isToldInFull(error: unknown): boolean {
  return (
    error instanceof UserError || (error instanceof ResponseError && ErrorData.safeParse(error.data).success)
  );
}

/** Says that the backend stays away, and offers to start it by hand. */
export function sayGaveUp(log: vscode.LogOutputChannel, why: string): void {
  const restart = 'Restart';
  void vscode.window.showErrorMessage(gaveUpWords(why), restart, SHOW_LOG).then((choice) => {
    if (choice === SHOW_LOG) log.show();
    if (choice === restart) void vscode.commands.executeCommand('leti.restart');
  });
}

/** Does something that a user asked for; what goes wrong is logged and said once, with a way to the log. */
export async function attempt(log: vscode.LogOutputChannel, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const words = explain(error);
    if (words === undefined) return;
    if (isToldInFull(error)) {
      // The message says all of it. The log has nothing to add.
      log.warn(words);
      void vscode.window.showErrorMessage(words);
      return;
    }
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void vscode.window.showErrorMessage(words, SHOW_LOG).then((choice) => {
      if (choice === SHOW_LOG) log.show();
    });
  }
}
