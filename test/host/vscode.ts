import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import type { VsCodeServer } from './provision.ts';

/** Without these VS Code shows pages, starts agents or asks the network. */
export const QUIET = {
  'workbench.startupEditor': 'none',
  'workbench.colorTheme': 'Dark Modern',
  'chat.disableAIFeatures': true,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'workbench.enableExperiments': false,
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.startupPrompt': 'never',
  'files.simpleDialog.enable': true,
};

/** Names of themes, and what VS Code calls their kinds. */
export const THEMES = {
  light: { title: 'Light Modern', kind: 'vs' },
  contrast: { title: 'Default High Contrast', kind: 'hc-black' },
  dark: { title: 'Dark Modern', kind: 'vs-dark' },
} as const;

export interface WindowOptions {
  server: VsCodeServer;
  settings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  /** Installed before the server starts; otherwise an extension is loaded from its folder by `runSuite`. */
  vsix?: readonly string[];
  /** The window runs suites in its extension host. */
  suites?: boolean;
  /** False: the folder is not trusted, as VS Code finds new folders. */
  trust?: boolean;
}

/** One VS Code: its server, with an empty profile, and a headless browser. Whoever opens it closes it. */
export class VsCode {
  readonly folder: string;
  readonly page: Page;
  readonly authority: string;
  readonly #settings: Record<string, unknown>;
  readonly #server: ChildProcess;
  readonly #browser: BrowserContext;

  private constructor(
    folder: string,
    settings: Record<string, unknown>,
    authority: string,
    server: ChildProcess,
    browser: BrowserContext,
    page: Page,
  ) {
    this.folder = folder;
    this.#settings = settings;
    this.authority = authority;
    this.#server = server;
    this.#browser = browser;
    this.page = page;
  }

  static async start(options: WindowOptions): Promise<VsCode> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'leti-vscode-'));
    writeSettings(folder, { ...QUIET, ...options.settings });
    const extensions = path.join(folder, 'extensions');
    mkdirSync(extensions);
    const { node, entry } = options.server;
    const env: NodeJS.ProcessEnv = {
      ...process.env,
      // Its own variable: set, it would wait for a parent that is not there.
      CODE_SERVER_PARENT_PID: '',
      EXTENSIONS_GALLERY: '{}',
      XDG_CONFIG_HOME: path.join(folder, 'config'),
      ...options.env,
    };
    const shared = ['--server-data-dir', path.join(folder, 'server'), '--extensions-dir', extensions];
    for (const vsix of options.vsix ?? []) {
      const installed = spawnSync(node, [entry, ...shared, '--install-extension', vsix], {
        env,
        encoding: 'utf8',
      });
      if (installed.status !== 0) throw new Error(`the VSIX could not be installed: ${installed.stderr}`);
    }
    const port = await freePort();
    const log = openSync(path.join(folder, 'server.log'), 'w');
    const server = spawn(
      node,
      [
        entry,
        ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
        ...['--accept-server-license-terms', '--user-data-dir', path.join(folder, 'data'), ...shared],
        // A built workbench ignores the tests that its address names without it, and shows no notifications with it.
        ...(options.suites === true ? ['--enable-smoke-test-driver'] : []),
        ...(options.trust === false ? [] : ['--disable-workspace-trust']),
        ...['--disable-telemetry', '--disable-experiments', '--skip-welcome', '--skip-release-notes'],
      ],
      { env, stdio: ['ignore', log, log] },
    );
    closeSync(log);
    const authority = `127.0.0.1:${port}`;
    try {
      await answering(authority, server, folder);
      const browser = await chromium.launchPersistentContext(path.join(folder, 'browser'), {
        executablePath: options.server.chromium,
        headless: true,
        viewport: { width: 1280, height: 800 },
        args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
      });
      const page = browser.pages()[0] ?? (await browser.newPage());
      return new VsCode(folder, options.settings ?? {}, authority, server, browser, page);
    } catch (error) {
      await endTree(server.pid ?? 0);
      throw error;
    }
  }

  /** Opens a folder, or a `.code-workspace` file, and waits for the workbench. */
  async open(workspace: string, payload: readonly (readonly [string, string])[] = []): Promise<void> {
    const kind = workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
    const query = new URLSearchParams({ [kind]: workspace });
    if (payload.length > 0) query.set('payload', JSON.stringify(payload));
    await this.page.goto(`http://${this.authority}/?${query.toString()}`);
    await this.page.locator('.statusbar-item').first().waitFor({ timeout: 60_000 });
  }

  /** Puts another theme on, without a key or a click: what is open stays open. */
  async theme(name: keyof typeof THEMES): Promise<void> {
    const on = this.page.locator(`.monaco-workbench.${THEMES[name].kind}`);
    // A change that comes while the window looks at the one before goes unnoticed, so it is made again.
    for (let tries = 0; tries < 5 && !(await on.isVisible()); tries++) {
      writeSettings(this.folder, { ...QUIET, ...this.#settings, 'workbench.colorTheme': THEMES[name].title });
      await on.waitFor({ timeout: 8000 }).catch(() => undefined);
    }
    await on.waitFor();
    await sleep(1000); // pages and editors draw again, and VS Code writes what it has to say about the change
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await endTree(this.#server.pid ?? 0);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Of a user, and of the machine: a window on a server takes settings of that scope from there alone. */
function writeSettings(folder: string, settings: Record<string, unknown>): void {
  for (const place of ['data/User', 'data/Machine']) {
    mkdirSync(path.join(folder, place), { recursive: true });
    writeFileSync(path.join(folder, place, 'settings.json'), JSON.stringify(settings));
  }
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port is free'));
        else resolve(address.port);
      });
    });
  });
}

async function answering(authority: string, server: ChildProcess, folder: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (server.exitCode !== null) break;
    const response = await fetch(`http://${authority}/version`).catch(() => undefined);
    if (response?.ok === true) return;
    await sleep(50);
  }
  throw new Error(`VS Code did not start: ${readFileSync(path.join(folder, 'server.log'), 'utf8')}`);
}

/** Ends a process with its descendants; VS Code gives them process groups of their own, so they are looked up. */
async function endTree(root: number): Promise<void> {
  const pids = descendants(root);
  const alive = (): number[] => pids.filter((pid) => signal(pid, 0) && !isZombie(pid));
  for (const pid of pids) signal(pid, 'SIGTERM');
  for (let tries = 0; alive().length > 0 && tries < 60; tries++) await sleep(50);
  for (const pid of alive()) signal(pid, 'SIGKILL');
}

function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(statOf(Number(name))[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found = [root];
  // The list grows while it is gone through.
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** State and parent of a process, and more. */
function statOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // it has ended
  }
}

function isZombie(pid: number): boolean {
  return statOf(pid)[0] === 'Z';
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
