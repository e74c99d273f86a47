import type * as vscode from 'vscode';
import type { Backend } from './backend.ts';
import type { ContextKeys } from './contextKeys.ts';
import type { LiveRuns } from './liveRuns.ts';
import type { Places } from './places.ts';

/** Objects that commands and views share. */
export interface Services {
  context: vscode.ExtensionContext;
  log: vscode.LogOutputChannel;
  backend: Backend;
  places: Places;
  live: LiveRuns;
  keys: ContextKeys;
}
