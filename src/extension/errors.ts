import * as vscode from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient/node';
import { ErrorData } from '../protocol/backend.ts';
import { UserError } from '../protocol/errors.ts';

const SHOW_LOG = 'Show Log';

/** What went wrong, in the backend's words with its next step; undefined for what the user cancelled. */
export function explain(error: unknown): string | undefined {
  if (error instanceof vscode.CancellationError) return undefined;
  if (error instanceof ResponseError) {
    if (error.code === LSPErrorCodes.RequestCancelled) return undefined;
    const data = ErrorData.safeParse(error.data);
    return data.success ? `${error.message} ${data.data.nextStep}` : error.message;
  }
  if (error instanceof UserError) return `${error.message} ${error.nextStep}`;
  return error instanceof Error ? error.message : String(error);
}

/** Does something that a user asked for; what goes wrong is logged and said once, with a way to the log. */
export async function attempt(log: vscode.LogOutputChannel, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const words = explain(error);
    if (words === undefined) return;
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void vscode.window.showErrorMessage(words, SHOW_LOG).then((choice) => {
      if (choice === SHOW_LOG) log.show();
    });
  }
}
