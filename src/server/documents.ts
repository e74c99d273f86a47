import type { Connection } from 'vscode-languageserver/node';
import { withChange } from '../core/text/positions.ts';

/** The documents that a client has open, as it has them. */
export interface Documents {
  /** Undefined for one that is not open. */
  textOf(uri: string): string | undefined;
}

/** Follows what the client says of its documents; `onChange` hears of each change. */
export function followDocuments(connection: Connection, onChange: () => void): Documents {
  const texts = new Map<string, string>();
  connection.onDidOpenTextDocument(({ textDocument }) => {
    texts.set(textDocument.uri, textDocument.text);
  });
  connection.onDidCloseTextDocument(({ textDocument }) => {
    texts.delete(textDocument.uri);
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri }, contentChanges }) => {
    onChange();
    for (const change of contentChanges) {
      const text = withChange(
        texts.get(uri) ?? '',
        'range' in change ? change.range : undefined,
        change.text,
      );
      if (text !== undefined) texts.set(uri, text);
      // What no longer fits is not guessed at: the document is unknown until it is opened again.
      else texts.delete(uri);
    }
  });
  return { textOf: (uri) => texts.get(uri) };
}
