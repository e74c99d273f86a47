import * as vscode from 'vscode';
import { phaseLabel } from '../core/evaluation/taskHistory.ts';
import { positionLine, RunSteps } from '../core/outcome/runSteps.ts';
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
      const steps = new RunSteps();
      token.onCancellationRequested(() => {
        progress.report({ message: 'Cancelling…' });
      });
      const onEvent = (event: RunEvent): void => {
        steps.hear(event);
        const position = steps.position();
        if (event.event === 'progress') {
          const message =
            position === undefined
              ? progressLine({ ...event, phase: phaseLabel(event.phase) })
              : positionLine(position);
          progress.report({ message });
          return;
        }
        const todo = event.event === 'notice' ? event.nextStep : undefined;
        const line = describeEvent(event) + (todo === undefined ? '' : ` ${editorStep(todo)}`);
        log.info(line);
        progress.report({ message: position === undefined ? line : positionLine(position) });
      };
      return await work({ token, onEvent });
    },
  );
}
