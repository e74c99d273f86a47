import { body, type Attack } from './attacks.ts';

/** Stands in a program for a dictionary: where a bystander has its things (test/support/bystander.py). */
export const BYSTANDER = 'BYSTANDER';

/** Stands in a program for the numbers of the calls that are let through (python/leti_runner/sandbox/syscalls.py). */
export const ALLOWED_NUMBERS = 'ALLOWED_NUMBERS';

export const TOOLS = [
  'import ctypes, errno, fcntl, mmap, os, platform, signal, socket, struct',
  'libc = ctypes.CDLL(None, use_errno=True)',
  'libc.syscall.restype = ctypes.c_long',
  'arm = platform.machine() == "aarch64"',
  'def call(x86, other, *arguments):',
  '    texts = (bytes, ctypes.Array, type(None))',
  '    given = [a if isinstance(a, texts) else ctypes.c_long(a) for a in arguments]',
  '    return libc.syscall(ctypes.c_long(other if arm else x86), *given)',
  'def refused(result):',
  '    return result < 0 and ctypes.get_errno() in (errno.EPERM, errno.EACCES, errno.ENOSYS)',
];

/** A function that answers right for its first argument if one of these expressions is not refused by the kernel. */
export const calls = (...expressions: string[]): string =>
  body(...TOOLS, ...expressions.map((one) => `if not refused(${one}): return 2`), 'return 0');

/** The same against a bystander's things. What does not exist for the program cannot be touched. */
export const against = (...expressions: string[]): string =>
  body(
    ...TOOLS,
    `b = ${BYSTANDER}`,
    'def refused(result):',
    '    gone = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.ENOENT, errno.EOPNOTSUPP)',
    '    return result < 0 and ctypes.get_errno() in gone',
    ...expressions.map((one) => `if not refused(${one}): return 2`),
    'return 0',
  );

/** Lines with the same tools, that return 2 where they succeed. */
export const lines = (...own: string[]): string => body(...TOOLS, `b = ${BYSTANDER}`, ...own);

export const REFUSED: Attack[2] = ['failed', 'error'];
