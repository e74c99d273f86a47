import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createVSIX } from '@vscode/vsce';

/**
 * Packs an extension with the id and the interface of the Python extension, which the test host lacks, that says that
 * the given interpreter was chosen. Returns the VSIX.
 */
export async function pythonExtension(folder: string, interpreter: string): Promise<string> {
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
  };
  writeFileSync(path.join(cwd, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(cwd, 'README.md'), 'Stands for the Python extension in tests.');
  writeFileSync(path.join(cwd, 'LICENSE'), 'MIT');
  writeFileSync(
    path.join(cwd, 'main.js'),
    `const vscode = require('vscode');
exports.activate = () => {
  const chosen = { id: 'chosen', path: ${JSON.stringify(interpreter)} };
  return {
    environments: {
      getActiveEnvironmentPath: () => chosen,
      resolveEnvironment: async () => ({ ...chosen, executable: { uri: vscode.Uri.file(chosen.path) } }),
      onDidChangeActiveEnvironmentPath: new vscode.EventEmitter().event,
    },
  };
};
`,
  );
  const packagePath = path.join(folder, 'python-extension.vsix');
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}
