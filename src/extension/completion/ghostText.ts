import * as vscode from 'vscode';
import type { CompletionFolder } from '../../protocol/backend.ts';
import { COMPLETED_DOCUMENTS, type Backend, type CompletionSetup } from '../backend.ts';
import { explain } from '../errors.ts';
import type { Places } from '../places.ts';
import type { CompletionStatus } from './completionStatus.ts';
import type { GhostText } from './acceptanceTracker.ts';

/** How the server completes each folder, by the settings and interpreters of now. */
export async function completionFolders(places: Places): Promise<CompletionFolder[]> {
  return await Promise.all(
    places.folders().map(async ({ uri }) => {
      const { model, 'completion.enabled': enabled } = places.settings(uri);
      const interpreter = await places.interpreterSoon(uri);
      return {
        path: uri.fsPath,
        enabled,
        fallbackModel: model,
        ...(interpreter === undefined ? {} : { interpreter }),
      };
    }),
  );
}

/** Whether completions are on for a document now. */
export function mayComplete(document: vscode.TextDocument, places: Places, state: CompletionStatus): boolean {
  const folder = vscode.workspace.getWorkspaceFolder(fileOf(document));
  return (
    vscode.workspace.isTrusted &&
    !state.paused &&
    folder !== undefined &&
    places.settings(folder.uri)['completion.enabled']
  );
}

/** The file of a document: of a notebook's cell, the notebook. */
export function fileOf(document: vscode.TextDocument): vscode.Uri {
  const holds = (notebook: vscode.NotebookDocument): boolean =>
    notebook.getCells().some((cell) => cell.document === document);
  if (document.uri.scheme === 'file') return document.uri;
  return vscode.workspace.notebookDocuments.find(holds)?.uri ?? document.uri;
}

/** Whether the text before the cursor begins the selected entry of the suggest list. True where no list is open. */
export function continuesSelectedSuggestion(
  document: vscode.TextDocument,
  { selectedCompletionInfo: selected }: vscode.InlineCompletionContext,
): boolean {
  return selected === undefined || selected.text.startsWith(document.getText(selected.range));
}

/** Decides which requests reach the server and notes their results. `onShown` gets the completions for the editor. */
export function completionMiddleware(
  places: Places,
  state: CompletionStatus,
  log: vscode.LogOutputChannel,
  onShown: (shown: GhostText) => void,
): CompletionSetup['middleware'] {
  return {
    provideInlineCompletionItems: async (document, position, context, token, next) => {
      if (!mayComplete(document, places, state) || !continuesSelectedSuggestion(document, context))
        return undefined;
      try {
        const items = await state.during(async () => await next(document, position, context, token));
        const texts = textsAt(position, items);
        if (texts.length > 0 && !token.isCancellationRequested) onShown({ document, position, texts });
        return items;
      } catch (error) {
        // A message would interrupt typing, so the status item shows the reason.
        const why = explain(error);
        if (why === undefined) return undefined;
        log.warn(why);
        state.failed(why);
        return undefined;
      }
    },
  };
}

/** The completions that are pure insertions at a position. The tracker cannot follow those that replace typed text. */
function textsAt(
  position: vscode.Position,
  given: vscode.InlineCompletionItem[] | vscode.InlineCompletionList | null | undefined,
): string[] {
  const items = Array.isArray(given) ? given : (given?.items ?? []);
  return items.flatMap(({ insertText, range }) =>
    typeof insertText === 'string' && (range === undefined || range.start.isEqual(position))
      ? [insertText]
      : [],
  );
}

/** Starts the server at the first completion request. From then on the client's own provider answers. */
export function startServerWithFirstCompletion(
  backend: Backend,
  places: Places,
  state: CompletionStatus,
  log: vscode.LogOutputChannel,
): vscode.Disposable {
  return vscode.languages.registerInlineCompletionItemProvider(COMPLETED_DOCUMENTS, {
    provideInlineCompletionItems: async (document, position, context, token) => {
      if (!mayComplete(document, places, state)) return undefined;
      try {
        const completer = await backend.completer(document);
        return token.isCancellationRequested
          ? undefined
          : await completer?.provideInlineCompletionItems(document, position, context, token);
      } catch (error) {
        const why = explain(error) ?? 'the server did not start';
        log.warn(why);
        state.failed(why);
        return undefined;
      }
    },
  });
}

/** Turns completions on or off in this workspace. Writes nothing where the user's own setting says the same. */
export async function toggleCompletions(): Promise<void> {
  const settings = vscode.workspace.getConfiguration('leti');
  const wanted = settings.get('completion.enabled') !== true;
  const known = settings.inspect<boolean>('completion.enabled');
  const otherwise = known?.globalValue ?? known?.defaultValue;
  const value = otherwise === wanted ? undefined : wanted;
  await settings.update('completion.enabled', value, vscode.ConfigurationTarget.Workspace);
}
