import { readFile, realpath } from 'node:fs/promises';
import { Command } from 'commander';
import { placeInNotebook } from '../../core/text/notebook.ts';
import { isPythonFile } from '../../core/text/pythonFile.ts';
import { offsetAt } from '../../core/text/positions.ts';
import { UserError } from '../../protocol/errors.ts';
import { readNotebook } from '../../app/completion/notebookFile.ts';
import { CompletionService } from '../../app/completion/service.ts';
import { verifyCompletion } from '../../app/completion/verify.ts';
import { Workbench } from '../../app/workbench.ts';
import { projectOf } from '../../app/folders.ts';
import { noSuchLine } from '../../app/tasks/check.ts';
import { ALLOW_UNCONTAINED, numberWithin, wholeNumber } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';

interface CompleteFlags extends RunFlags {
  line: number;
  character: number;
  candidates?: number;
  verify?: boolean;
  seconds?: number;
  model?: string;
  workspace?: string;
  cell?: number;
  json?: boolean;
}

export function completeCommand(): Command {
  return new Command('complete')
    .description('Completes a Python file at a position with the active model. Can run the candidates first.')
    .argument('<file>', 'Python file, or notebook with --cell')
    .requiredOption('--line <l>', 'line, counted from 0', wholeNumber({ min: 0 }))
    .requiredOption('--character <c>', 'character in the line, counted from 0', wholeNumber({ min: 0 }))
    .option('--cell <n>', 'cell of a notebook, counted from 0', wholeNumber({ min: 0 }))
    .option('--candidates <n>', 'number of candidates; default: 1, with --verify 8', wholeNumber({ min: 1 }))
    .option(
      '--verify',
      "run the candidates against the function's tests and doctests, and print the best first",
    )
    .option(
      '--seconds <s>',
      'answer after this time with the candidates so far',
      numberWithin({ min: 0.1, max: 3600 }),
    )
    .option(
      '--model <model>',
      'model instead of the active one: "default", a model folder, a stored hash, or a hub id',
    )
    .option(
      '--workspace <folder>',
      'folder of the project; default: the nearest project folder above the file',
    )
    .option('--python <path>', 'Python interpreter that parses the file and runs the candidates')
    .option(...ALLOW_UNCONTAINED)
    .option('--trainer-python <path>', "Python of your own environment with the trainer's packages")
    .option('--json', 'print JSON lines')
    .action(async (file: string, flags: CompleteFlags) => {
      const output = createOutput({ json: flags.json === true });
      const place = await readPlace(file, flags);
      const workspace = await realpath(flags.workspace ?? projectOf(place.path));
      const workbench = new Workbench({ workspace, device: 'auto', ...runContext(flags, output) });
      const service = new CompletionService({
        workbench,
        start: workbench.startCompleter,
        model: flags.model,
        prepare: true,
        onNotice: (message) => {
          output.event({ event: 'notice', message });
        },
      });
      try {
        const candidates = flags.candidates ?? (flags.verify === true ? 8 : 1);
        const limit = flags.seconds === undefined ? {} : { seconds: flags.seconds };
        if (candidates === 1 && flags.verify !== true)
          await completeOnce(service, place, workbench.signal, output);
        else
          await completeBest(
            service,
            workbench,
            { ...place, candidates, ...limit },
            flags.verify === true,
            output,
          );
      } finally {
        output.end();
        await service.close();
        await workbench.close();
      }
    });
}

interface Place {
  path: string;
  text: string;
  offset: number;
}

async function completeOnce(
  service: CompletionService,
  place: Place,
  signal: AbortSignal,
  output: Output,
): Promise<void> {
  const { text, why, model, milliseconds } = await service.complete({
    ...place,
    manual: true,
    comments: true,
    signal,
  });
  if (text === undefined) {
    output.result({ event: 'nothing', why, model }, () => `No completion: ${why ?? 'no reason known'}.`);
    return;
  }
  output.result({ event: 'completion', text, label: 'not run', model, milliseconds }, () => text);
}

async function completeBest(
  service: CompletionService,
  workbench: Workbench,
  request: Place & { candidates: number; seconds?: number },
  execute: boolean,
  output: Output,
): Promise<void> {
  const { candidates, task, repaired, model } = await verifyCompletion(service, workbench, {
    ...request,
    execute,
    signal: workbench.signal,
  });
  if (execute && task === undefined) {
    output.event({ event: 'notice', message: 'No test or doctest covers this position. LeTI ran nothing.' });
  }
  if (candidates.length === 0) {
    const why = 'no candidate fits';
    output.result({ event: 'nothing', why, model }, () => `No completion: ${why}.`);
  }
  candidates.forEach(({ text, label, verdict, checksPassed, checksTotal, agreement }, index) => {
    output.result(
      {
        event: 'completion',
        text,
        label,
        verdict,
        checksPassed,
        checksTotal,
        agreement,
        task,
        repaired,
        model,
      },
      () => `${index === 0 ? '' : '\n'}# ${label}\n${text}`,
    );
  });
}

async function readPlace(file: string, { line, character, cell }: CompleteFlags): Promise<Place> {
  let written: string;
  let real: string;
  try {
    real = await realpath(file);
    written = await readFile(real, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read.`, 'Choose a Python file.', 2, { cause: error });
  }
  const cells = cell === undefined ? undefined : readNotebook(file, written);
  if (cells === undefined && !isPythonFile(real, written)) {
    const notebook = real.endsWith('.ipynb');
    const step = notebook ? 'Name a cell of the notebook with --cell.' : 'Name a Python file.';
    throw new UserError(`${file} is not a Python file.`, step, 2);
  }
  const text = cells === undefined ? written : cells[cell ?? 0]?.text;
  if (text === undefined) {
    const step = 'Count the cells from 0.';
    throw new UserError(`${file} has ${cells?.length ?? 0} cells, so it has no cell ${cell}.`, step, 2);
  }
  const offset = offsetAt(text, { line, character });
  if (offset === undefined) {
    throw noSuchLine(file, line, text.split('\n').length);
  }
  const width = (text.split('\n')[line] ?? '').replace(/\r$/, '').length;
  if (character > width) {
    throw new UserError(
      `Line ${line} of ${file} has ${width} characters, so it has no character ${character}.`,
      'Count the characters from 0.',
      2,
    );
  }
  if (cells === undefined || cell === undefined) return { path: real, text, offset };
  const place = placeInNotebook(cells, cell, offset);
  if ('why' in place) throw new UserError(`${file}: ${place.why}.`, 'Name a cell of Python code.', 2);
  return { path: real, ...place };
}
