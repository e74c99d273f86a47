import * as vscode from 'vscode';
import { z } from 'zod';
import { stageLabel } from '../../core/evaluation/taskHistory.ts';
import { shownProgram } from '../../core/text/program.ts';
import { REQUESTS } from '../../protocol/backend.ts';
import { UserError } from '../../protocol/errors.ts';
import type { Backend } from '../backend.ts';

export const PROGRAM_SCHEME = 'leti';

/** Address of a program of a run. */
const SampleAddress = z.strictObject({
  workspace: z.string(),
  run: z.string(),
  stage: z.string(),
  task: z.string(),
  sample: z.int().min(0),
});
export type SampleAddress = z.infer<typeof SampleAddress>;

/** Address of a read-only document with the program, and its feedback as comments below. */
export function sampleUri(address: SampleAddress): vscode.Uri {
  const name = (address.task.split(/[/:]/).at(-1) ?? 'program').replaceAll(/\W/g, '_');
  return vscode.Uri.from({
    scheme: PROGRAM_SCHEME,
    path: `/${address.stage}/${name}-${address.sample + 1}.py`,
    query: JSON.stringify(address),
  });
}

/** Programs of runs as documents. */
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
    if (found === undefined) throw new UserError('This program is no longer stored.', 'Run "LeTI: Refresh".');
    const said = found.verdict === 'passed' ? 'passed' : found.feedback;
    const comment = said.split('\n').map((line) => `# ${line}`.trimEnd());
    return `${shownProgram(detail, found.completion)}\n\n\n${comment.join('\n')}\n`;
  }
}

/** Compares programs of two stages of a task. */
export async function openDiff(
  backend: Backend,
  address: { workspace: string; run: string; task: string },
  stages: { from: string; to: string },
): Promise<void> {
  const detail = await backend.ask(REQUESTS.task, address);
  const first = detail.stages.find(({ stage }) => stage === stages.from);
  const last = detail.stages.find(({ stage }) => stage === stages.to);
  if (first === undefined || last === undefined) return;
  const programOf = ({ stage, samples }: typeof first): vscode.Uri => {
    // Show a passing program where the stage has one.
    const shown = samples.find(({ verdict }) => verdict === 'passed') ?? samples[0];
    return sampleUri({ ...address, stage, sample: shown?.sample ?? 0 });
  };
  await vscode.commands.executeCommand(
    'vscode.diff',
    programOf(first),
    programOf(last),
    `${address.task}: ${stageLabel(first.stage)} ↔ ${stageLabel(last.stage)}`,
  );
}
