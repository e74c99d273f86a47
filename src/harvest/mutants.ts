import { z } from 'zod';
import { bodyLines } from '../core/program.ts';
import type { Task } from '../protocol/task.ts';
import { runScanner } from './scan.ts';
import type { WrongBodies } from './weakness.ts';

const Answer = z.array(
  z.strictObject({ constants: z.array(z.string().min(1)), mutants: z.array(z.string().min(1)) }),
);

/** Wrong bodies for the functions of a workspace's tasks, by task. Nothing of the workspace runs. */
export async function wrongBodiesOf(
  tasks: readonly Task[],
  interpreter: string,
  signal?: AbortSignal,
): Promise<Map<string, WrongBodies>> {
  const modules: Record<string, string> = {};
  const asked = tasks.flatMap(({ id, host, reference }) => {
    if (host === undefined || reference === undefined) return [];
    const body = bodyLines(reference);
    modules[host.path] = host.before + body + host.after;
    const first = host.before.split('\n').length;
    return [{ id, place: [host.path, first, first + body.split('\n').length - 2] }];
  });
  if (asked.length === 0) return new Map();
  const printed = await runScanner(interpreter, ['leti_runner.mutants'], signal, {
    modules,
    bodies: asked.map(({ place }) => place),
  });
  const answer = Answer.parse(JSON.parse(printed));
  return new Map(
    asked.flatMap(({ id }, index) => (answer[index] === undefined ? [] : [[id, answer[index]]])),
  );
}
