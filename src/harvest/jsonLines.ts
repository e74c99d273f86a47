import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { z } from 'zod';
import { jsonLines, writeWhole } from '../process/wholeFile.ts';
import { UserError } from '../protocol/errors.ts';

/** Largest task or sample file, unpacked. LeTI reads a file into memory as a whole. */
const MAX_BYTES = 256 << 20;
const EXPECTED =
  'Write one JSON object per line: a task of MBPP, HumanEval or our own format (docs/tasks.md), or a sample.';
const unpack = promisify(gunzip);

/** One line of a JSON lines file, with its place for error messages. */
export interface JsonLine {
  path: string;
  /** One-based. */
  line: number;
  value: Record<string, unknown>;
}

/**
 * The objects of a JSON lines file, plain or packed with gzip, without blank lines. Throws a UserError (exit code 2) that
 * names the file and, for a wrong line, its number.
 */
export async function readJsonLines(path: string): Promise<JsonLine[]> {
  const text = await readText(path);
  const lines: JsonLine[] = [];
  text.split('\n').forEach((source, index) => {
    if (source.trim() === '') return;
    const line = index + 1;
    let value: unknown;
    try {
      value = JSON.parse(source);
    } catch (cause) {
      throw new UserError(`${path}:${line}: this is not JSON`, EXPECTED, 2, { cause });
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new UserError(`${path}:${line}: this is not a JSON object`, EXPECTED, 2);
    }
    lines.push({ path, line, value: value as Record<string, unknown> });
  });
  if (lines.length === 0) throw new UserError(`${path}: the file holds no lines`, EXPECTED, 2);
  return lines;
}

/** The line's object in the form of `schema`, which `what` names. Throws a UserError (exit code 2) that names the wrong key. */
export function parseLine<T>(line: JsonLine, schema: z.ZodType<T>, what: string): T {
  const parsed = schema.safeParse(line.value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const key = issue === undefined || issue.path.length === 0 ? 'the object' : `"${issue.path.join('.')}"`;
  throw lineError(line, `as ${what}, ${key} is wrong: ${issue?.message ?? 'not valid'}`);
}

/** A UserError (exit code 2) about one line. */
export function lineError(line: JsonLine, problem: string): UserError {
  return new UserError(
    `${line.path}:${line.line}: ${problem}`,
    'Correct or remove that line; docs/tasks.md describes the formats.',
    2,
  );
}

/**
 * Writes one JSON object per line. The file appears whole under its name or not at all. Throws a UserError (exit code 2)
 * when it cannot be written.
 */
export async function writeJsonLines(path: string, values: Iterable<object>): Promise<void> {
  try {
    await writeWhole(path, jsonLines(values));
  } catch (cause) {
    // An error in the values has nothing to do with the file.
    if (cause instanceof UserError) throw cause;
    throw unwritable(path, cause);
  }
}

/** Checks, before long work, that its result can be written. Throws a UserError (exit code 2) when it cannot. */
export async function requireWritable(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
    // A missing file is fine.
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) throw new Error('it is a folder');
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): UserError {
  return new UserError(
    `${path} cannot be written: ${reasonOf(cause)}.`,
    'Name a file in a folder that exists, has space and can be written to.',
    2,
    { cause },
  );
}

async function readText(path: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
    const plain = packed ? await unpack(bytes, { maxOutputLength: MAX_BYTES }) : bytes;
    if (plain.length > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES >> 20} MiB`);
    return new TextDecoder('utf-8', { fatal: true }).decode(plain);
  } catch (cause) {
    throw new UserError(
      `${path} could not be read: ${reasonOf(cause)}`,
      'Name a JSON lines file in UTF-8, packed with gzip or not.',
      2,
      { cause },
    );
  }
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
