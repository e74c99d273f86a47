import os from 'node:os';
import { startExecutor, type Executor } from '../../src/execution/executor.ts';
import { findWorkspaceInterpreter } from '../../src/execution/interpreter.ts';

/** The interpreter that runs the programs of tests: the one that LETI_TEST_PYTHON names, else this machine's. */
export async function testInterpreter(): Promise<string> {
  const explicit = process.env['LETI_TEST_PYTHON'];
  return (await findWorkspaceInterpreter({ workspace: os.tmpdir(), explicit, env: process.env })).path;
}

export async function startTestExecutor(jobs: number): Promise<Executor> {
  return await startExecutor({ interpreter: await testInterpreter(), jobs, allowUncontained: false });
}
