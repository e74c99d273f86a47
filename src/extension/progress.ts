import * as vscode from 'vscode';
import { describeEvent, progressFacts } from '../core/words.ts';
import type { RunEvent } from '../protocol/run.ts';
import type { Following } from './backend.ts';

/**
 * Shows work in a notification with a cancel button; its events become the notification's text and lines in the log.
 * `work` gets what a request to the backend needs to be followed and stopped.
 */
export async function withRunProgress<T>(
  title: string,
  log: vscode.LogOutputChannel,
  work: (following: Following) => Promise<T>,
): Promise<T> {
  return await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      let percent = 0;
      const onEvent = (event: RunEvent): void => {
        if (event.event !== 'progress') {
          const line = describeEvent(event);
          log.info(line);
          progress.report({ message: line });
          return;
        }
        // The bar is the phase's: it starts again with each.
        const now = event.total === 0 ? 0 : (100 * event.done) / event.total;
        const increment = Math.max(0, now - percent);
        percent = now >= 100 ? 0 : now;
        const facts = progressFacts(event);
        const message = `${event.phase}: ${event.done} of ${event.total}${facts === '' ? '' : ` (${facts})`}`;
        progress.report({ message, increment });
      };
      return await work({ token, onEvent });
    },
  );
}
