import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import {
  type TextChange,
  afterChange,
  outcomeOf,
  isRestOfShown,
  showSuggestions,
  cursorFollows,
  type SuggestionOutcome,
  type ShownSuggestions,
} from '../../core/completion/acceptance.ts';
import { functionAround } from '../../core/completion/scopes.ts';
import { rangeAfterChange, survivalOf, type OffsetRange } from '../../core/completion/laterEdits.ts';
import { MOST_RECORDED, type RecordedCompletion } from '../../protocol/recordedCompletion.ts';

/** Completions that VS Code got for a position of a document. */
export interface GhostText {
  document: vscode.TextDocument;
  position: vscode.Position;
  texts: readonly string[];
}

/** Time for which the tracker follows edits of accepted text. */
const WATCHED_MS = 5 * 60_000;

/** Accepted text with its newest record. */
interface AcceptedText {
  range: OffsetRange;
  text: string;
  record: RecordedCompletion;
  timer: NodeJS.Timeout;
}

/** State of one document. */
interface TrackedDocument {
  shown: (ShownSuggestions & { model: string; at: string }) | undefined;
  accepted: AcceptedText[];
  /** Hash of the model that answered last in this document. */
  model: string | undefined;
}

/**
 * Infers from document changes whether the user accepted a completion, because VS Code does not report it. It records
 * nothing itself: listeners decide that.
 */
export class AcceptanceTracker implements vscode.Disposable {
  readonly #documents = new Map<vscode.TextDocument, TrackedDocument>();
  readonly #record = new vscode.EventEmitter<{ document: vscode.TextDocument; used: RecordedCompletion }>();
  readonly #accepted = new vscode.EventEmitter<{ document: vscode.TextDocument; fate: SuggestionOutcome }>();
  readonly #disposables: { dispose(): unknown }[];

  /** Fires when the outcome of a completion is known. A later edit of the text fires again with the same id. */
  readonly onRecord = this.#record.event;
  /** Fires when the user accepted a whole completion, whether or not it is recorded. */
  readonly onAccepted = this.#accepted.event;

  constructor() {
    this.#disposables = [
      this.#record,
      this.#accepted,
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        for (const { rangeOffset, rangeLength, text } of contentChanges) {
          this.#changed(document, { offset: rangeOffset, removed: rangeLength, text });
        }
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const { document } = textEditor;
        const shown = this.#documents.get(document)?.shown;
        const [cursor] = selections;
        if (shown === undefined || cursor === undefined) return;
        if (!cursorFollows(shown, document.offsetAt(cursor.active))) this.#dismissed(document);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        for (const taken of this.#documents.get(document)?.accepted ?? []) this.#recordLater(document, taken);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#dismissed(document);
        const taken = this.#documents.get(document)?.accepted ?? [];
        for (const one of taken) {
          clearTimeout(one.timer);
          this.#recordLater(document, one);
        }
        this.#documents.delete(document);
      }),
    ];
  }

  /** Notes the model that answers in a document. */
  answeredBy(uri: string, model: string | undefined): void {
    const document = vscode.workspace.textDocuments.find((known) => known.uri.toString() === uri);
    if (document !== undefined) this.#tracked(document).model = model;
  }

  /** Follows new completions. The rest of a completion that is shown already is not new. */
  show({ document, position, texts }: GhostText): void {
    const offset = document.offsetAt(position);
    const followed = this.#tracked(document);
    if (followed.shown !== undefined && isRestOfShown(followed.shown, offset, texts)) return;
    this.#dismissed(document);
    const { model } = followed;
    const fitting = texts.filter((text) => text !== '' && text.length <= MOST_RECORDED);
    if (model === undefined || fitting.length === 0) return;
    const at = new Date().toISOString();
    followed.shown = { ...showSuggestions(document.getText(), offset, fitting), model, at };
  }

  dispose(): void {
    for (const { accepted: taken } of this.#documents.values())
      for (const { timer } of taken) clearTimeout(timer);
    this.#documents.clear();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #tracked(document: vscode.TextDocument): TrackedDocument {
    const known = this.#documents.get(document) ?? { shown: undefined, accepted: [], model: undefined };
    this.#documents.set(document, known);
    return known;
  }

  #changed(document: vscode.TextDocument, change: TextChange): void {
    const followed = this.#documents.get(document);
    if (followed === undefined) return;
    for (const taken of followed.accepted) taken.range = rangeAfterChange(taken.range, change);
    if (followed.shown === undefined) return;
    followed.shown = { ...followed.shown, ...afterChange(followed.shown, change) };
    this.#finish(document, followed, outcomeOf(followed.shown));
  }

  /** Ends the completion that is no longer shown. */
  #dismissed(document: vscode.TextDocument): void {
    const followed = this.#documents.get(document);
    if (followed?.shown !== undefined) this.#finish(document, followed, outcomeOf(followed.shown, true));
  }

  #finish(
    document: vscode.TextDocument,
    followed: TrackedDocument,
    fate: SuggestionOutcome | undefined,
  ): void {
    const { shown } = followed;
    if (shown === undefined || fate === undefined) return;
    followed.shown = undefined;
    if (fate.outcome === 'accepted') this.#accepted.fire({ document, fate });
    const record = recordOf(document, shown, fate);
    if (record === undefined) return;
    this.#record.fire({ document, used: record });
    if (fate.taken === 0) return;
    const range = { start: fate.start, end: fate.start + fate.taken };
    const taken: AcceptedText = {
      range,
      record,
      text: textAt(document, range),
      timer: setTimeout(() => {
        this.#recordLater(document, taken);
        followed.accepted = followed.accepted.filter((other) => other !== taken);
      }, WATCHED_MS),
    };
    followed.accepted.push(taken);
  }

  #recordLater(document: vscode.TextDocument, taken: AcceptedText): void {
    const kept = textAt(document, taken.range);
    const later = survivalOf(taken.text, kept);
    if (kept.length > MOST_RECORDED) return;
    if (later === taken.record.later && kept === taken.record.kept) return;
    taken.record = { ...taken.record, kept, later };
    this.#record.fire({ document, used: taken.record });
  }
}

function recordOf(
  document: vscode.TextDocument,
  shown: ShownSuggestions & { model: string; at: string },
  { outcome, shown: text, taken }: SuggestionOutcome,
): RecordedCompletion | undefined {
  if (vscode.workspace.getWorkspaceFolder(document.uri) === undefined) return undefined;
  const { document: before, offset, model, at } = shown;
  const around = functionAround(before.slice(0, offset) + text + before.slice(offset), offset);
  const source = around === undefined || around.source.length > MOST_RECORDED ? undefined : around.source;
  return {
    id: randomUUID(),
    at,
    path: vscode.workspace.asRelativePath(document.uri, false),
    ...(around === undefined ? {} : { function: around.name }),
    model,
    outcome,
    shown: text,
    taken,
    ...(source === undefined ? {} : { source }),
  };
}

function textAt(document: vscode.TextDocument, { start, end }: OffsetRange): string {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return document.getText(range).replaceAll('\r\n', '\n');
}
