import * as vscode from 'vscode';
import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import { describeEvent, progressLine } from '../core/text/words.ts';
import type { RunEvent } from '../protocol/run.ts';
import type { RequestOptions } from './backend.ts';
import { editorStep } from './stepWords.ts';

/**
 * Shows work in a notification with a cancel button. Events become its text and lines in the log. The bar shows no
 * share, because the length of later phases is unknown.
 */
export async function withRunProgress<T>(
  title: string,
  log: vscode.LogOutputChannel,
  work: (following: RequestOptions) => Promise<T>,
): Promise<T> {
  return await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const onEvent = (event: RunEvent): void => {
        if (event.event === 'progress') {
          progress.report({ message: progressLine({ ...event, phase: phaseLabel(event.phase) }) });
          return;
        }
        const todo = event.event === 'notice' ? event.nextStep : undefined;
        const line = describeEvent(event) + (todo === undefined ? '' : ` ${editorStep(todo)}`);
        log.info(line);
        progress.report({ message: line });
      };
      return await work({ token, onEvent });
    },
  );
}
