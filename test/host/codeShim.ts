#!/usr/bin/env node
/**
 * Stands where @vscode/test-electron's `vscodeExecutablePath` points when no desktop VS Code can be had: takes its flags
 * and runs the same suites in the VS Code server. Exits with the suites' code; 2 when they did not run.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { provisionVsCode } from './provision.ts';
import { VsCode } from './vscode.ts';

const LIMIT_MS = 12 * 60_000;

const flag = (name: string): string => {
  const value =
    process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
  return value.startsWith('file://') ? fileURLToPath(value) : value;
};
const workspace = process.argv.slice(2).find((argument) => !argument.startsWith('-')) ?? '';
const results = process.env['LETI_SUITE_RESULTS'] ?? '';

const server = await provisionVsCode(process.env['LETI_VSCODE_CACHE'] ?? '', console.log);
const code = await VsCode.start({
  server,
  suites: true,
  settings: JSON.parse(
    readFileSync(path.join(flag('user-data-dir'), 'User/settings.json'), 'utf8'),
  ) as Record<string, unknown>,
});
try {
  process.exitCode = await suites(code);
} finally {
  await code.close();
}

async function suites({ page, authority }: VsCode): Promise<number> {
  // Lines of the window and of the host come together; the suites begin at their own marker.
  let begun = false;
  const early: string[] = [];
  const ended = new Promise<number>((resolve, reject) => {
    setTimeout(() => {
      reject(new Error(`the suites did not end in ${LIMIT_MS / 60_000} minutes`));
    }, LIMIT_MS).unref();
    page.on('crash', () => {
      reject(new Error('the page crashed'));
    });
    void page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
      const line = format(...args);
      if (line.includes('##suites-begin')) begun = true;
      else if (begun) console.log(line);
      else early.push(line);
    });
    void page.exposeFunction('codeAutomationExit', resolve);
  });
  const remote = (file: string): string => `vscode-remote://${authority}${file}`;
  await code.open(workspace, [
    ['extensionDevelopmentPath', remote(flag('extensionDevelopmentPath'))],
    ['extensionTestsPath', remote(flag('extensionTestsPath'))],
    ['skipWelcome', 'true'],
  ]);
  const exit = await ended;
  // A host that ended early also says 0.
  if (!existsSync(path.resolve(results))) {
    throw new Error(`the suites wrote no results; what the host said:\n${early.slice(-30).join('\n')}`);
  }
  const { tests } = JSON.parse(readFileSync(results, 'utf8')) as { tests: number };
  if (tests === 0) throw new Error('no test ran');
  return exit;
}
