import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { Change } from '../../core/completion/acceptance.ts';
import {
  after,
  fateOf,
  goesOn,
  showing,
  standsAt,
  type Fate,
  type Showing,
} from '../../core/completion/following.ts';
import { functionAround } from '../../core/completion/functionText.ts';
import { moved, survival, type Range } from '../../core/completion/survival.ts';
import { MOST_RECORDED, type UsedCompletion } from '../../protocol/use.ts';

/** Texts that a document's editor was given to show at a place. */
export interface Shown {
  document: vscode.TextDocument;
  position: vscode.Position;
  texts: readonly string[];
}

/** How long it is looked at what becomes of accepted text. */
const WATCHED_MS = 5 * 60_000;

/** Accepted text, and what was last told of it. */
interface Taken {
  range: Range;
  text: string;
  record: UsedCompletion;
  timer: NodeJS.Timeout;
}

/** What is followed in one document. */
interface Followed {
  shown: (Showing & { model: string; at: string }) | undefined;
  taken: Taken[];
  /** Hash of the model that answered here last. */
  model: string | undefined;
}

/**
 * Infers from document changes what becomes of completions, as VS Code does not report it. Whoever listens decides whether
 * that is told to anybody.
 */
export class CompletionUse implements vscode.Disposable {
  readonly #documents = new Map<vscode.TextDocument, Followed>();
  readonly #used = new vscode.EventEmitter<{ document: vscode.TextDocument; used: UsedCompletion }>();
  readonly #taken = new vscode.EventEmitter<{ document: vscode.TextDocument; fate: Fate }>();
  readonly #disposables: { dispose(): unknown }[];

  /** It is known what became of a completion, or known better: the same id comes again. */
  readonly onUsed = this.#used.event;
  /** A completion was taken whole, whoever is told of it. */
  readonly onTaken = this.#taken.event;

  constructor() {
    this.#disposables = [
      this.#used,
      this.#taken,
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
        if (!standsAt(shown, document.offsetAt(cursor.active))) this.#left(document);
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        for (const taken of this.#documents.get(document)?.taken ?? []) this.#lookAt(document, taken);
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        this.#left(document);
        const taken = this.#documents.get(document)?.taken ?? [];
        for (const one of taken) {
          clearTimeout(one.timer);
          this.#lookAt(document, one);
        }
        this.#documents.delete(document);
      }),
    ];
  }

  /** Notes which model answers in a document. */
  answeredBy(uri: string, model: string | undefined): void {
    const document = vscode.workspace.textDocuments.find((known) => known.uri.toString() === uri);
    if (document !== undefined) this.#of(document).model = model;
  }

  /** Follows what is shown. The rest of what was shown already is nothing new. */
  show({ document, position, texts }: Shown): void {
    const offset = document.offsetAt(position);
    const followed = this.#of(document);
    if (followed.shown !== undefined && goesOn(followed.shown, offset, texts)) return;
    this.#left(document);
    const { model } = followed;
    const fitting = texts.filter((text) => text !== '' && text.length <= MOST_RECORDED);
    if (model === undefined || fitting.length === 0) return;
    const at = new Date().toISOString();
    followed.shown = { ...showing(document.getText(), offset, fitting), model, at };
  }

  dispose(): void {
    for (const { taken } of this.#documents.values()) for (const { timer } of taken) clearTimeout(timer);
    this.#documents.clear();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  #of(document: vscode.TextDocument): Followed {
    const known = this.#documents.get(document) ?? { shown: undefined, taken: [], model: undefined };
    this.#documents.set(document, known);
    return known;
  }

  #changed(document: vscode.TextDocument, change: Change): void {
    const followed = this.#documents.get(document);
    if (followed === undefined) return;
    for (const taken of followed.taken) taken.range = moved(taken.range, change);
    if (followed.shown === undefined) return;
    followed.shown = { ...followed.shown, ...after(followed.shown, change) };
    this.#over(document, followed, fateOf(followed.shown));
  }

  /** It is no longer shown. */
  #left(document: vscode.TextDocument): void {
    const followed = this.#documents.get(document);
    if (followed?.shown !== undefined) this.#over(document, followed, fateOf(followed.shown, true));
  }

  #over(document: vscode.TextDocument, followed: Followed, fate: Fate | undefined): void {
    const { shown } = followed;
    if (shown === undefined || fate === undefined) return;
    followed.shown = undefined;
    if (fate.outcome === 'accepted') this.#taken.fire({ document, fate });
    const record = recordOf(document, shown, fate);
    if (record === undefined) return;
    this.#used.fire({ document, used: record });
    if (fate.taken === 0) return;
    const range = { start: fate.start, end: fate.start + fate.taken };
    const taken: Taken = {
      range,
      record,
      text: textAt(document, range),
      timer: setTimeout(() => {
        this.#lookAt(document, taken);
        followed.taken = followed.taken.filter((other) => other !== taken);
      }, WATCHED_MS),
    };
    followed.taken.push(taken);
  }

  #lookAt(document: vscode.TextDocument, taken: Taken): void {
    const kept = textAt(document, taken.range);
    const later = survival(taken.text, kept);
    if (kept.length > MOST_RECORDED) return;
    if (later === taken.record.later && kept === taken.record.kept) return;
    taken.record = { ...taken.record, kept, later };
    this.#used.fire({ document, used: taken.record });
  }
}

function recordOf(
  document: vscode.TextDocument,
  shown: Showing & { model: string; at: string },
  { outcome, shown: text, taken }: Fate,
): UsedCompletion | undefined {
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

function textAt(document: vscode.TextDocument, { start, end }: Range): string {
  const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
  return document.getText(range).replaceAll('\r\n', '\n');
}
