import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../process/packageRoot.ts';

/** The rules as `file_rules.json` holds them: regular expressions that JavaScript and Python read alike. */
const FileRules = z.strictObject({
  testFile: z.string(),
  skippedFolder: z.string(),
  environmentMarker: z.string(),
  maxFileBytes: z.int(),
});

/** Python's scanner (leti_runner/harvest/files.py) reads the same file, so that both sides agree. */
const rules = FileRules.parse(
  JSON.parse(readFileSync(path.join(packageRoot(), 'python/leti_runner/harvest/file_rules.json'), 'utf8')),
);
const TEST_FILE = new RegExp(rules.testFile);
const SKIPPED_FOLDER = new RegExp(rules.skippedFolder);

/** Larger Python files are not read, in bytes: they are data more often than code. */
export const MAX_FILE_BYTES = rules.maxFileBytes;

/** Whether a Python file is one of tests, by its path in the workspace (forward slashes). */
export function isTestFile(file: string): boolean {
  return TEST_FILE.test(file);
}

/** Whether a folder of this name holds no code of the workspace: it is hidden, built or installed. */
export function isSkippedFolder(name: string): boolean {
  return SKIPPED_FOLDER.test(name);
}

/** Whether a folder with these entries is a virtual environment, whatever its name. */
export function isEnvironment(entries: readonly string[]): boolean {
  return entries.includes(rules.environmentMarker);
}
