import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Runs all suites in the extension host; VS Code calls this. */
export async function run(): Promise<void> {
  const grep = process.env['LETI_SUITE_GREP'];
  const options = grep === undefined ? {} : { grep };
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: 120_000, ...options });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  await import('./commands.test.ts');
  await import('./manifest.test.ts');
  await import('./pages.test.ts');
  await import('./diagnostics.test.ts');
  await import('./training.test.ts');
  await import('./tools.test.ts');
  await import('./palette.test.ts');
  await import('./repair.test.ts');
  await import('./completion.test.ts');
  await import('./testing.test.ts');
  await import('./interpreter.test.ts');
  await import('./engines.test.ts');
  await import('./trouble.test.ts');
  console.log('##suites-begin');
  await new Promise<void>((resolve, reject) => {
    const runner = mocha.run((failures) => {
      // An exit code alone would not tell a run without tests.
      writeFileSync(process.env['LETI_SUITE_RESULTS'] ?? '', JSON.stringify(runner.stats));
      if (failures === 0) resolve();
      else reject(new Error(`${failures} tests failed`));
    });
  });
}
