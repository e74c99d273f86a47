import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { flag, step, UserError } from '../../protocol/errors.ts';
import { Experiment, StoredExperimentState, type ExperimentState } from '../../protocol/experiment.ts';

/**
 * Reads an experiment's file and makes its paths absolute.
 * @throws UserError (exit code 2) naming its fault.
 */
export async function readExperiment(file: string): Promise<Experiment> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UserError(
      `${file} is not an experiment: ${why}`,
      'See docs/experiments.md for an example.',
      2,
      {
        cause: error,
      },
    );
  }
  const parsed = Experiment.safeParse(value);
  if (!parsed.success) {
    throw new UserError(
      `${file} is not an experiment:\n${z.prettifyError(parsed.error)}`,
      'See docs/experiments.md for the fields.',
      2,
    );
  }
  const folder = path.dirname(path.resolve(file));
  const absolute = (name: string): string => path.resolve(folder, name);
  const { tasks, validation, finals } = parsed.data;
  return {
    ...parsed.data,
    tasks: absolute(tasks),
    validation: absolute(validation),
    finals: Object.fromEntries(
      Object.entries(finals).map(([name, final]) => [name, { ...final, tasks: absolute(final.tasks) }]),
    ),
  };
}

/**
 * The state of an experiment; undefined if it has not begun.
 * @throws UserError if the file is damaged.
 */
export async function readState(file: string): Promise<ExperimentState | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return StoredExperimentState.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(
      `${file} is damaged.`,
      [...step`Delete this folder.`, ...step`Or choose another one with ${flag('--out')}.`],
      1,
      {
        cause: error,
      },
    );
  }
}
