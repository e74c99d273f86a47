import {
  NotebookCellKind,
  NotebookDocuments,
  TextDocuments,
  type Connection,
  type InlineCompletionParams,
  type NotebookDocument,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { placeInNotebook } from '../core/text/notebook.ts';

/** Key times that are remembered. */
const RECENT = 20;

/** A place where a client asks for a completion. */
export interface DocumentPlace {
  /** Address of the file on disk: of a cell, that of its notebook. */
  file: string;
  text: string;
  offset: number;
  /** What is selected in a list of suggestions; the completion continues after it. */
  selected: InlineCompletionParams['context']['selectedCompletionInfo'];
}

/** The documents and notebooks that the client sends. */
export class CompletionDocuments {
  /** Times of the last changes. */
  readonly changes: number[] = [];
  readonly #documents = new TextDocuments(TextDocument);
  readonly #notebooks = new NotebookDocuments(this.#documents);

  constructor(connection: Connection) {
    const justOpened = new Set<string>();
    this.#documents.onDidOpen(({ document }) => {
      justOpened.add(document.uri);
    });
    this.#documents.onDidChangeContent(({ document }) => {
      // Opening a document also reports its content, and is no keystroke.
      if (justOpened.delete(document.uri)) return;
      this.changes.push(performance.now());
      if (this.changes.length > RECENT) this.changes.shift();
    });
    this.#documents.listen(connection);
    this.#notebooks.listen(connection);
  }

  /** The place of a request. Undefined where the client is a version behind; `why` where it is not Python. */
  place({
    textDocument: { uri },
    position,
    context,
  }: InlineCompletionParams): DocumentPlace | { why: string } | undefined {
    const document = this.#documents.get(uri);
    if (document === undefined || position.line >= document.lineCount) return undefined;
    if (document.languageId !== 'python') return { why: 'the document is not Python' };
    const selected = context.selectedCompletionInfo;
    const written = withSelected(document, position, selected);
    const notebook = this.#notebooks.findNotebookDocumentForCell(uri);
    if (notebook === undefined) return { file: uri, selected, ...written };
    const found = this.#placeInCell(notebook, uri, written);
    return 'why' in found ? found : { file: notebook.uri, selected, ...found };
  }

  #placeInCell(
    notebook: NotebookDocument,
    uri: string,
    { text, offset }: { text: string; offset: number },
  ): ReturnType<typeof placeInNotebook> {
    const cells = notebook.cells.map(({ kind, document }) => {
      const cell = this.#documents.get(document);
      const language = kind === NotebookCellKind.Code ? (cell?.languageId ?? '') : 'markdown';
      return { language, text: document === uri ? text : (cell?.getText() ?? '') };
    });
    const index = notebook.cells.findIndex(({ document }) => document === uri);
    return placeInNotebook(cells, index, offset);
  }
}

/** The text of a document and a place in it, with what is selected in a list of suggestions. */
function withSelected(
  document: TextDocument,
  position: InlineCompletionParams['position'],
  selected: DocumentPlace['selected'],
): { text: string; offset: number } {
  const text = document.getText();
  if (selected === undefined) return { text, offset: document.offsetAt(position) };
  const [start, end] = [document.offsetAt(selected.range.start), document.offsetAt(selected.range.end)];
  return {
    text: text.slice(0, start) + selected.text + text.slice(end),
    offset: start + selected.text.length,
  };
}
