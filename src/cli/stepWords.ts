import { wordStep, type StepWords } from '../core/text/nextStep.ts';
import type { NextStep } from '../protocol/errors.ts';

const WORDS: StepWords = {
  settings: {
    python: '`--python`',
    trainerPython: '`--trainer-python`',
    allowUncontained: '`--allow-uncontained`',
    model: '`--model`',
  },
  actions: {
    doctor: () => 'run `leti doctor`',
    showDisk: () => 'run `leti clean --dry-run`',
    listModels: () => 'run `leti models`',
    promote: () => 'run `leti models promote`',
    rollBack: () => 'run `leti models rollback`',
    listRuns: () => 'run `leti runs`',
    openRun: (run) => `run \`leti runs ${run ?? 'last'}\``,
    findTasks: () => 'run `leti tasks list`',
    setUp: () => 'run `leti complete` once',
    stopRun: () => 'stop it with Ctrl-C',
    restartServer: () => 'start `leti serve` again',
  },
  flags: {
    '--tasks': '`--tasks`',
    '--out': '`--out`',
    '--method lora': '`--method lora`',
    '--endpoint': '`--endpoint`',
  },
};

/** What to do next, in the words of the command line. */
export function commandLineStep(nextStep: NextStep): string {
  return wordStep(nextStep, WORDS);
}
