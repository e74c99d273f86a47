import * as vscode from 'vscode';
import type { TextRange } from '../protocol/diagnostics.ts';

/** A range of the protocol as VS Code's own. */
export function rangeOf({ start, end }: TextRange): vscode.Range {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}
