import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';

const TEXT = `

def words_of(text):
    """The words of a text, in lower case and without marks."""
    found = []
    for word in text.split():
        found.append(word.strip('.,;:!?').lower())
    return found
`;

/** Types at the end of a file for a while and says what the event loop of the extension host did meanwhile. */
export async function run(): Promise<void> {
  console.log('##suites-begin');
  const { seconds, rate, counter } = JSON.parse(process.env['LETI_TYPING'] ?? '{}') as {
    seconds: number;
    rate: number;
    counter: string;
  };
  // For the backend, which is not started yet.
  process.env['NODE_OPTIONS'] = `--require ${counter}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const editor = await vscode.window.showTextDocument(vscode.Uri.file(path.join(folder, 'kit/text.py')));
  const end = new vscode.Position(editor.document.lineCount, 0);
  editor.selection = new vscode.Selection(end, end);
  // The first key starts the backend and loads the model; what that costs is not what typing costs.
  await vscode.commands.executeCommand('type', { text: '\n' });
  await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
  await sleep(10_000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const keys = seconds * rate;
  const begun = performance.now();
  for (let key = 0; key < keys; key += 1) {
    await vscode.commands.executeCommand('type', { text: TEXT[key % TEXT.length] });
    await sleep(Math.max(0, begun + ((key + 1) * 1000) / rate - performance.now()));
  }
  const took = (performance.now() - begun) / 1000;
  delay.disable();
  const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(1)} ms`;
  console.log(
    `${keys} keys in ${took.toFixed(0)} s; event loop delay of the extension host p50 ${milliseconds(delay.percentile(50))}, ` +
      `p99 ${milliseconds(delay.percentile(99))}, most ${milliseconds(delay.max)}`,
  );
  writeFileSync(process.env['LETI_SUITE_RESULTS'] ?? '', JSON.stringify({ tests: 1 }));
}
