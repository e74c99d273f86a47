/**
 * `npm run package [-- --target linux-x64]`: one VSIX for one platform, in `dist-vsix/`. It holds what runs and nothing
 * else: the bundles, the Python packages, and that platform's onnxruntime. Models and the trainer environment are made on the user's
 * machine.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..');

/** VS Code's names of the platforms that onnxruntime-node has a binary for, and its own folders. */
const TARGETS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux/x64',
  'linux-arm64': 'linux/arm64',
  'darwin-arm64': 'darwin/arm64',
  'win32-x64': 'win32/x64',
  'win32-arm64': 'win32/arm64',
};
/** The same library under a second name, which the binding does not use. */
const TWICE = /libonnxruntime\.\d+\.\d+\.\d+\.dylib$/;

const { values } = parseArgs({
  options: { target: { type: 'string', default: `${process.platform}-${process.arch}` } },
});
const platform = TARGETS[values.target];
if (platform === undefined) {
  console.error(
    `There is no package for ${values.target}: choose one of ${Object.keys(TARGETS).join(', ')}.`,
  );
  process.exit(2);
}
const stage = await mkdtemp(path.join(os.tmpdir(), 'leti-package-'));
try {
  await fill(stage, platform);
  const out = path.join(root, 'dist-vsix');
  await mkdir(out, { recursive: true });
  const packagePath = path.join(out, `leti-${values.target}.vsix`);
  await createVSIX({
    cwd: stage,
    packagePath,
    target: values.target,
    dependencies: false,
    allowMissingRepository: true,
    // The README is shown with the extension; its links are to this repository's files.
    rewriteRelativeLinks: false,
  });
} finally {
  await rm(stage, { recursive: true, force: true });
}

async function fill(folder: string, native: string): Promise<void> {
  const copy = async (from: string, keep: (file: string) => boolean = () => true): Promise<void> => {
    const source = path.join(root, from);
    await cp(source, path.join(folder, from), {
      recursive: true,
      filter: (file) => keep(path.relative(source, file).split(path.sep).join('/')),
    });
  };
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'package.nls.json', 'media']) await copy(name);
  // What the README shows.
  const readme = await readFile(path.join(root, 'README.md'), 'utf8');
  for (const [, image] of readme.matchAll(/\]\((docs\/images\/[\w-]+\.(?:png|gif))\)/g))
    await copy(image ?? '');
  await copy('dist', (file) => !file.endsWith('.map'));
  for (const name of ['leti_runner', 'leti_trainer', 'requirements']) {
    await copy(`python/${name}`, (file) => !/__pycache__|\.pyc$|^(?:dev|pictures)\.txt$/.test(file));
  }
  // Beside the bundles, where Node looks first; vsce leaves out the top `node_modules`.
  const modules = path.join(folder, 'dist/node_modules');
  await cp(path.join(root, 'node_modules/onnxruntime-common'), path.join(modules, 'onnxruntime-common'), {
    recursive: true,
    filter: (file) => !/\.(map|d\.ts)$|\/lib(\/|$)|\/esm(\/|$)/.test(file),
  });
  const ort = path.join(root, 'node_modules/onnxruntime-node');
  await cp(ort, path.join(modules, 'onnxruntime-node'), {
    recursive: true,
    filter: (file) => {
      const name = path.relative(ort, file).split(path.sep).join('/');
      if (/\.(map|d\.ts)$/.test(name) || /^(lib|script)(\/|$)/.test(name)) return false;
      const binary = /^bin\/napi-v6\/(.+)$/.exec(name)?.[1];
      return (
        binary === undefined ||
        native.startsWith(binary) ||
        (binary.startsWith(`${native}/`) && !TWICE.test(binary))
      );
    },
  });
  const manifest = z
    .record(z.string(), z.unknown())
    .parse(JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')));
  // The bundles hold the rest of the dependencies.
  const unused = new Set(['scripts', 'dependencies', 'devDependencies', 'private']);
  const kept = Object.fromEntries(Object.entries(manifest).filter(([name]) => !unused.has(name)));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(kept, null, 2));
}
