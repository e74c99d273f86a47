import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startExecutor, type Executor } from '../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';
import type { Tier } from '../../src/protocol/execution.ts';

/** The interpreter that runs the programs of tests: the one that LETI_TEST_PYTHON names, else this machine's. */
export async function testInterpreter(): Promise<string> {
  const explicit = process.env['LETI_TEST_PYTHON'];
  return (await findWorkspaceInterpreter({ workspace: os.tmpdir(), explicit, env: process.env })).path;
}

/** At most at the given tier; T1 is a machine whose kernel has neither Landlock nor seccomp. */
export async function startTestExecutor(jobs: number, most: Tier = 'T3'): Promise<Executor> {
  const interpreter = await testInterpreter();
  if (most !== 'T1') {
    return await startExecutor({ interpreter, jobs, namespaces: most === 'T3', allowUncontained: false });
  }
  return await withLooseInterpreter(
    async (loose) =>
      await startExecutor({ interpreter: loose, jobs, namespaces: false, allowUncontained: true }),
  );
}

/**
 * Hands over an interpreter that believes to be on an old kernel: its first system call for Landlock (444) is not
 * there, and prctl (157) takes no filter (22). For x86-64.
 */
export async function withLooseInterpreter<T>(use: (loose: string) => Promise<T>): Promise<T> {
  const interpreter = await testInterpreter();
  const folder = mkdtempSync(path.join(os.tmpdir(), 'loose-python-'));
  const loose = path.join(folder, 'python');
  const filter = [
    '(0x20,0,0,0)',
    '(0x15,0,1,444)',
    '(6,0,0,0x50000|38)',
    '(0x15,0,3,157)',
    '(0x20,0,0,16)',
    '(0x15,0,1,22)',
    '(6,0,0,0x50000|22)',
    '(6,0,0,0x7fff0000)',
  ];
  const python = JSON.stringify(interpreter);
  writeFileSync(
    loose,
    `#!${interpreter}
import ctypes, os, struct, sys
code = b"".join(struct.pack("=HBBI", o, y, n, v) for o, y, n, v in [${filter.join(', ')}])
buffer = ctypes.create_string_buffer(code)
program = struct.pack("=HxxxxxxQ", ${filter.length}, ctypes.addressof(buffer))
libc = ctypes.CDLL(None)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.create_string_buffer(program), 0, 0) == 0
os.execv(${python}, [${python}, *sys.argv[1:]])
`,
  );
  chmodSync(loose, 0o755);
  try {
    return await use(loose);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
