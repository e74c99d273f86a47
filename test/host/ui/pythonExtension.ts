import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';

/** What its command is called in the palette. */
export const CHOOSE_OTHER = 'Python: Choose the other interpreter';

/**
 * Packs an extension with the id and the interface of the Python extension, which the test host lacks, that says that
 * the first of the given interpreters was chosen, until its command chooses the second. Returns the VSIX.
 */
export async function pythonExtension(
  folder: string,
  interpreters: readonly [string, string],
): Promise<string> {
  const cwd = path.join(folder, 'python-extension');
  mkdirSync(cwd, { recursive: true });
  const manifest = {
    name: 'python',
    publisher: 'ms-python',
    version: '1.0.0',
    license: 'MIT',
    engines: { vscode: '^1.90.0' },
    main: './main.js',
    activationEvents: [],
    contributes: { commands: [{ command: 'python.chooseOther', title: CHOOSE_OTHER }] },
  };
  writeFileSync(path.join(cwd, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(cwd, 'README.md'), 'Stands for the Python extension in tests.');
  writeFileSync(path.join(cwd, 'LICENSE'), 'MIT');
  writeFileSync(
    path.join(cwd, 'main.js'),
    `const vscode = require('vscode');
exports.activate = (context) => {
  const interpreters = ${JSON.stringify(interpreters)};
  const changed = new vscode.EventEmitter();
  let chosen = 0;
  const environment = () => ({ id: String(chosen), path: interpreters[chosen] });
  context.subscriptions.push(
    vscode.commands.registerCommand('python.chooseOther', () => {
      chosen = 1;
      changed.fire(environment());
    }),
  );
  return {
    environments: {
      getActiveEnvironmentPath: environment,
      resolveEnvironment: async ({ path }) => ({ executable: { uri: vscode.Uri.file(path) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
  };
};
`,
  );
  const packagePath = path.join(folder, 'python-extension.vsix');
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
