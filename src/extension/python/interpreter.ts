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

/** How long a request that the user did not start waits for another extension. */
const PATIENCE_MS = 3000;

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
  readonly #followed = new Map<string, Promise<vscode.Disposable>>();
  #disposed = false;

  readonly onChanged = this.#changed.event;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  async of(folder: vscode.Uri, setting: string): Promise<string | undefined> {
    for (const source of PYTHON_SOURCES) {
      if (vscode.extensions.getExtension(source.id) === undefined) continue;
      try {
        const found = await source.interpreter(folder);
        await this.#follow(source);
        if (found !== undefined) return found;
      } catch (error) {
        this.#log.warn(`${source.id} did not name an interpreter: ${String(error)}`);
      }
    }
    return setting === '' ? undefined : setting;
  }

  /**
   * The interpreter, or the setting where the other extension takes too long to name one. `onChanged` fires when it has
   * named one after all.
   */
  async soon(folder: vscode.Uri, setting: string): Promise<string | undefined> {
    const named = this.of(folder, setting);
    let late = false;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => {
        late = true;
        this.#log.warn('The Python extension has not named an interpreter yet. LeTI continues without it.');
        resolve(setting === '' ? undefined : setting);
      }, PATIENCE_MS);
    });
    // `of` never rejects.
    void named.then((found) => {
      clearTimeout(timer);
      if (late && !this.#disposed && found !== undefined) this.#changed.fire();
    });
    return await Promise.race([named, patience]);
  }

  dispose(): void {
    this.#disposed = true;
    for (const followed of this.#followed.values()) {
      // A subscription that failed was logged by `of`.
      followed.then(
        (subscription) => {
          subscription.dispose();
        },
        () => undefined,
      );
    }
    this.#changed.dispose();
  }

  /** Subscribes once, also where several requests begin at once. A subscription that failed is tried again. */
  async #follow(source: PythonSource): Promise<void> {
    let followed = this.#followed.get(source.id);
    if (followed === undefined) {
      followed = source.follow(() => {
        this.#changed.fire();
      });
      this.#followed.set(source.id, followed);
      followed.catch(() => this.#followed.delete(source.id));
    }
    await followed;
  }
}
