import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '../..');

/** Where the tests keep what takes long to make: the trainer environment, a VS Code, fixtures. */
export const testHome = process.env['LETI_TEST_HOME'] ?? path.join(root, '.leti');

/** The trainer's interpreter; the hook in `mochaSetup.ts` names it. */
export function trainerPython(): string {
  const python = process.env['LETI_TRAINER_PYTHON'];
  if (python === undefined) {
    throw new Error(
      'This test needs the trainer environment. Run `npm run test:setup` once (about 4 minutes), or set LETI_TRAINER_PYTHON.',
    );
  }
  return python;
}
