import { EXTENSION_ID, PythonEnvironments } from '@vscode/python-environments';
import { PVSC_EXTENSION_ID, PythonExtension } from '@vscode/python-extension';
import * as vscode from 'vscode';

/** An extension that knows the interpreter of a folder. */
interface PythonSource {
  id: string;
  interpreter(folder: vscode.Uri): Promise<string | undefined>;
  /** Calls `changed` when the user selects another interpreter. */
  follow(changed: () => void): Promise<vscode.Disposable>;
}

/** The newer extension comes first. */
const PYTHON_SOURCES: readonly PythonSource[] = [
  {
    id: EXTENSION_ID,
    interpreter: async (folder) => {
      const api = await PythonEnvironments.api();
      return (await api.getEnvironment(folder))?.execInfo.run.executable;
    },
    follow: async (changed) => (await PythonEnvironments.api()).onDidChangeEnvironment(changed),
  },
  {
    id: PVSC_EXTENSION_ID,
    interpreter: async (folder) => {
      const { environments } = await PythonExtension.api();
      const chosen = await environments.resolveEnvironment(environments.getActiveEnvironmentPath(folder));
      return chosen?.executable.uri?.fsPath;
    },
    follow: async (changed) =>
      (await PythonExtension.api()).environments.onDidChangeActiveEnvironmentPath(changed),
  },
];

/**
 * The interpreter of a folder: that of the Python Environments extension, of the Python extension, or of the setting
 * `leti.python`. Where it is undefined, the server takes a `.venv`, then `PATH`.
 */
export class Interpreters implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #followed = new Map<string, vscode.Disposable>();

  readonly onChanged = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  async of(folder: vscode.Uri, setting: string): Promise<string | undefined> {
    for (const adviser of PYTHON_SOURCES) {
      if (vscode.extensions.getExtension(adviser.id) === undefined) continue;
      try {
        const found = await adviser.interpreter(folder);
        await this.#follow(adviser);
        if (found !== undefined) return found;
      } catch (error) {
        this.#log.warn(`${adviser.id} did not name an interpreter: ${String(error)}`);
      }
    }
    return setting === '' ? undefined : setting;
  }

  dispose(): void {
    for (const disposable of this.#followed.values()) disposable.dispose();
    this.#changed.dispose();
  }

  async #follow(adviser: PythonSource): Promise<void> {
    if (this.#followed.has(adviser.id)) return;
    this.#followed.set(
      adviser.id,
      await adviser.follow(() => {
        this.#changed.fire();
      }),
    );
  }
}
