import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectOf } from '../../app/folders.ts';
import type { CompletionFolder, CompletionOptions } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';

/** What the client set for a folder, or for all folders. */
export type FolderSettings = Pick<CompletionFolder, 'interpreter' | 'fallbackModel'>;

/**
 * The folders of the client and how it completes each. Both may change while the server runs, and the next request sees
 * the change. The innermost folder of a file counts.
 */
export class CompletionFolders {
  readonly #defaults: FolderSettings;
  #opened: string[];
  #set: Map<string, CompletionFolder>;

  /** @param opened addresses (`file:`) of the folders that the client has open */
  constructor(options: CompletionOptions, opened: readonly string[]) {
    const { interpreter, fallbackModel } = options;
    this.#defaults = { interpreter, fallbackModel };
    this.#opened = pathsOf(opened);
    this.#set = byPath(options.folders ?? []);
  }

  /** Takes the settings of all folders anew. */
  set(folders: readonly CompletionFolder[]): void {
    this.#set = byPath(folders);
  }

  /** Notes which folders the client opened and closed, by their addresses. */
  change(added: readonly string[], removed: readonly string[]): void {
    const gone = new Set(pathsOf(removed));
    this.#opened = [...this.#opened.filter((folder) => !gone.has(folder)), ...pathsOf(added)];
  }

  /**
   * The path of the folder that holds a document: of the client's folders, else the folder of its project. Throws a
   * UserError for a document that is not on disk.
   */
  of(uri: string): string {
    if (!uri.startsWith('file:'))
      throw new UserError('LeTI completes only files on disk.', 'Save the document first.');
    const file = fileURLToPath(uri);
    return innermost(file, this.#opened) ?? projectOf(file);
  }

  /** Whether the client completes nothing in the folder of a document. */
  isOff(uri: string): boolean {
    return uri.startsWith('file:') && this.#settingsAt(fileURLToPath(uri))?.enabled === false;
  }

  /** The settings for a file or a folder, by its path. */
  settings(place: string): FolderSettings {
    const { interpreter, fallbackModel } = this.#settingsAt(place) ?? {};
    return {
      interpreter: interpreter ?? this.#defaults.interpreter,
      fallbackModel: fallbackModel ?? this.#defaults.fallbackModel,
    };
  }

  #settingsAt(place: string): CompletionFolder | undefined {
    const folder = innermost(place, [...this.#opened, ...this.#set.keys()]);
    return folder === undefined ? undefined : this.#set.get(folder);
  }
}

function byPath(folders: readonly CompletionFolder[]): Map<string, CompletionFolder> {
  return new Map(folders.map((folder) => [path.resolve(folder.path), folder]));
}

function pathsOf(addresses: readonly string[]): string[] {
  return addresses
    .filter((address) => address.startsWith('file:'))
    .map((address) => path.resolve(fileURLToPath(address)));
}

function innermost(place: string, folders: readonly string[]): string | undefined {
  return folders
    .filter(
      (folder) =>
        place === folder || place.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep),
    )
    .sort((a, b) => b.length - a.length)[0];
}
