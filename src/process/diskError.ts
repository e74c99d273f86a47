import { UserError } from '../protocol/errors.ts';

/** What a disk or the operating system refuses, in words, and what its user can do. */
type Refusal = (where: string) => { message: string; nextStep: string };

const ANOTHER_FOLDER = 'or set LETI_HOME to a folder on another disk. Then start again.';
const full: Refusal = (where) => ({
  message: `The disk is full: ${where} cannot be written.`,
  nextStep: `Free some space, ${ANOTHER_FOLDER}`,
});
const readOnly: Refusal = (where) => ({
  message: `${where} cannot be written: its disk or folder is read-only.`,
  nextStep: `Make it writable, ${ANOTHER_FOLDER}`,
});
const forbidden: Refusal = (where) => ({
  message: `LeTI has no permission to use ${where}.`,
  nextStep: `Give your user the right to read and write it, ${ANOTHER_FOLDER}`,
});
const unopened: Refusal = (where) => ({
  message: `${where} cannot be opened: its folder is missing, read-only or another user's.`,
  nextStep: `Make the folder writable, ${ANOTHER_FOLDER}`,
});
const tooManyFiles: Refusal = (where) => ({
  message: `Too many files are open, so ${where} cannot be opened.`,
  nextStep: 'Close other programs, or raise the limit of open files (ulimit -n). Then start again.',
});
const broken: Refusal = (where) => ({
  message: `The disk failed to read or write ${where}.`,
  nextStep: `Check the disk and its free space, ${ANOTHER_FOLDER}`,
});

/** What a file is named while it is written; see wholeFile.ts. */
const TEMPORARY = /\.\d+-\d+\.tmp$/;

/** Codes of Node's errors, from errno(3). */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  ENOSPC: full,
  EDQUOT: full,
  EROFS: readOnly,
  EACCES: forbidden,
  EPERM: forbidden,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  EIO: broken,
};
/** SQLite's primary result codes (https://sqlite.org/rescode.html). */
const SQLITE_REFUSALS: Readonly<Record<number, Refusal>> = {
  8: readOnly,
  10: broken,
  13: full,
  14: unopened,
};

/**
 * The error that a user gets where a disk refused to read or write; undefined for any other error. `where` is what was
 * written, if the error itself names no file.
 */
export function diskError(error: unknown, where = "LeTI's data"): UserError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const refusal = refusalOf(cause);
    if (refusal === undefined) continue;
    const { path } = cause as NodeJS.ErrnoException;
    const { message, nextStep } = refusal(path?.replace(TEMPORARY, '') ?? where);
    return new UserError(message, nextStep, 1, { cause: error });
  }
  return undefined;
}

function refusalOf(error: Error): Refusal | undefined {
  const { code, syscall, errcode } = error as NodeJS.ErrnoException & { errcode?: unknown };
  if (typeof errcode === 'number') return SQLITE_REFUSALS[errcode & 0xff];
  // Node says so where it can make none of the folders above.
  return code === 'ENOENT' && syscall === 'mkdir' ? unopened : REFUSALS[code ?? ''];
}
