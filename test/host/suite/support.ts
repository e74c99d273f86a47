import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { z } from 'zod';
import { Backend } from '../../../src/extension/backend.ts';
import { CompletionStatus } from '../../../src/extension/completion/completionStatus.ts';
import { VerdictLenses } from '../../../src/extension/completion/verdictLenses.ts';
import { ContextKeys } from '../../../src/extension/contextKeys.ts';
import { LiveRuns } from '../../../src/extension/liveRuns.ts';
import { Places } from '../../../src/extension/places.ts';
import { Interpreters } from '../../../src/extension/python/interpreter.ts';
import type { Services } from '../../../src/extension/services.ts';
import { RunSummary } from '../../../src/protocol/backend.ts';

const Manifest = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), title: z.string() })),
    views: z.object({ leti: z.array(z.object({ id: z.string() })) }),
    menus: z.record(z.string(), z.array(z.object({ command: z.string(), when: z.string().optional() }))),
    walkthroughs: z.array(
      z.object({
        steps: z.array(
          z.object({
            id: z.string(),
            description: z.string(),
            media: z.object({ image: z.string() }),
            completionEvents: z.array(z.string()),
          }),
        ),
      }),
    ),
    languageModelTools: z.array(z.object({ name: z.string() })),
    viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string() })),
    configuration: z.array(z.object({ properties: z.record(z.string(), z.unknown()) })),
  }),
});

export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('leti.leti-vscode');
  if (found === undefined) throw new Error('the extension is not there');
  return found;
}

/** What VS Code made of the manifest, with its words in place. */
export function manifest(): z.infer<typeof Manifest> {
  return Manifest.parse(extension().packageJSON);
}

export function folder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
}

/** What the command line says of the runs: the same store by another way. */
export function runs(): RunSummary[] {
  const leti = path.join(process.env['LETI_ROOT'] ?? '', 'dist/leti.mjs');
  const printed = execFileSync(process.execPath, [leti, 'runs', '--workspace', folder(), '--json'], {
    encoding: 'utf8',
  });
  return z.object({ runs: z.array(RunSummary) }).parse(JSON.parse(printed)).runs;
}

/** Waits until something is so, 90 seconds at most. */
export async function until<T>(what: string, look: () => T | undefined | false, every = 100): Promise<T> {
  const end = Date.now() + 90_000;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(every);
  }
}

/** Replaces a function of VS Code's API, as the modules of the suites see it, while something goes on. */
export async function instead<T>(
  namespace: object,
  name: string,
  stand: (...values: never[]) => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const kept: unknown = Reflect.get(namespace, name);
  Reflect.set(namespace, name, stand);
  try {
    return await work();
  } finally {
    Reflect.set(namespace, name, kept);
  }
}

/** What VS Code remembers for an extension, in memory. */
export function memory(): { entries: Map<string, unknown>; context: vscode.ExtensionContext } {
  const entries = new Map<string, unknown>();
  const set = (key: string, value: unknown): Promise<void> => {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
    return Promise.resolve();
  };
  const context = {
    workspaceState: { get: (key: string) => entries.get(key), update: set },
    secrets: {
      get: (key: string) => Promise.resolve(entries.get(key)),
      store: set,
      delete: (key: string) => set(key, undefined),
    },
  };
  return { entries, context: context as unknown as vscode.ExtensionContext };
}

let suiteLog: vscode.LogOutputChannel | undefined;

/** What commands and completions work with. */
export type SuiteServices = Services & { completion: CompletionStatus; verdicts: VerdictLenses };

/** Everything that commands work with, of the suites' own, so that dialogs can be answered; its backend ends with `work`. */
export async function withServices<T>(work: (services: SuiteServices) => Promise<T>): Promise<T> {
  // Kept: a backend that ends says so after it was let go.
  const log = (suiteLog ??= vscode.window.createOutputChannel('LeTI suites', { log: true }));
  const backend = new Backend(log, path.join(process.env['LETI_ROOT'] ?? '', 'dist/leti.mjs'));
  const interpreters = new Interpreters(log);
  const services: SuiteServices = {
    context: memory().context,
    log,
    backend,
    places: new Places(interpreters, log),
    live: new LiveRuns(),
    keys: new ContextKeys(
      () => [folder()],
      (key, holds) => void vscode.commands.executeCommand('setContext', key, holds),
    ),
    completion: new CompletionStatus(),
    verdicts: new VerdictLenses(),
  };
  try {
    return await work(services);
  } finally {
    await backend.stop();
    interpreters.dispose();
    services.live.dispose();
    services.completion.dispose();
    services.verdicts.dispose();
  }
}

export async function setting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('leti').update(name, value, vscode.ConfigurationTarget.Global);
}

/** Processes of our backend. */
export function backends(): number[] {
  const found = readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return (
        readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('leti.mjs') &&
        readFileSync(`/proc/${name}/environ`, 'utf8').includes(process.env['LETI_HOME'] ?? 'LETI_HOME')
      );
    } catch {
      return false; // it ended meanwhile
    }
  });
  return found.map(Number);
}

/** Processes of our backends that run programs. */
export function zygotes(): string[] {
  const ours = new Set(backends().map(String));
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
      return ours.has(parent) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('leti_runner.zygote');
    } catch {
      return false; // it ended meanwhile
    }
  });
}
