/** Mocha loads this before any test, so that `npx mocha FILE` works alone: tests find the environment that was made. */
import { madeTestEnvironment } from './testEnvironment.ts';

for (const [name, value] of Object.entries(madeTestEnvironment())) process.env[name] ??= value;
