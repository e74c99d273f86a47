import * as vscode from 'vscode';
import { z } from 'zod';
import { shownProgram } from '../../core/text/program.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import type { Backend } from '../backend.ts';

export const SCHEME = 'leti';

/** Where a program of a run is found. */
const SampleAddress = z.strictObject({
  workspace: z.string(),
  run: z.string(),
  stage: z.string(),
  task: z.string(),
  sample: z.int().min(0),
});
export type SampleAddress = z.infer<typeof SampleAddress>;

/** A read-only document with the program; its feedback stands below it as comments. */
export function sampleUri(address: SampleAddress): vscode.Uri {
  const name = (address.task.split(/[/:]/).at(-1) ?? 'program').replaceAll(/\W/g, '_');
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/${address.stage}/${name}-${address.sample + 1}.py`,
    query: JSON.stringify(address),
  });
}

/** Programs of runs as documents, read from the store when VS Code asks for one. */
export class Programs implements vscode.TextDocumentContentProvider {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const { workspace, run, stage, task, sample } = SampleAddress.parse(JSON.parse(uri.query));
    const detail = await this.#backend.ask(REQUESTS.task, { workspace, run, task });
    const found = detail.stages
      .find((known) => known.stage === stage)
      ?.samples.find((known) => known.sample === sample);
    if (found === undefined) throw new UserError('This program is no longer stored.', 'Refresh the runs.');
    const said = found.verdict === 'passed' ? 'passed' : found.feedback;
    const comment = said.split('\n').map((line) => `# ${line}`.trimEnd());
    return `${shownProgram(detail, found.completion)}\n\n\n${comment.join('\n')}\n`;
  }
}
