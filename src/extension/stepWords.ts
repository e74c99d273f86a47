import { wordStep, type StepWords } from '../core/text/nextStep.ts';
import type { NextStep } from '../protocol/errors.ts';

/** Titles of commands are those of package.nls.json; a test compares them. */
const WORDS: StepWords = {
  settings: {
    python: 'the setting `leti.python`',
    trainerPython: 'the environment variable `LETI_TRAINER_PYTHON`',
    allowUncontained: 'the setting `leti.allowUncontained`',
    model: 'the setting `leti.model`',
  },
  actions: {
    doctor: () => command('Run doctor'),
    showDisk: () => 'run `leti clean --dry-run` in a terminal',
    listModels: () => 'open the Models view',
    promote: () => command('Choose active model'),
    rollBack: () => command('Roll back to previous model'),
    listRuns: () => 'open the Runs view',
    openRun: () => command('Open run'),
    findTasks: () => command('Find tasks'),
    setUp: () => command('Train on workspace tasks'),
    stopRun: () => 'cancel it in its notification',
    restartServer: () => command('Restart server'),
  },
};

/** What to do next, in the words of the editor. */
export function editorStep(nextStep: NextStep): string {
  return wordStep(nextStep, WORDS);
}

function command(title: string): string {
  return `run "LeTI: ${title}"`;
}
