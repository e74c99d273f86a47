import { z } from 'zod';
import { bodyLines } from '../core/text/program.ts';
import type { Task } from '../protocol/task.ts';
import { runScanner } from './scan.ts';
import type { WrongBodies } from './weakness.ts';

const Answer = z.array(
  z.strictObject({ constants: z.array(z.string().min(1)), mutants: z.array(z.string().min(1)) }),
);

/**
 * Wrong bodies for the functions of tasks that have a reference body, by the task's id. Runs no code of their modules. Throws
 * as `runScanner` does.
 */
export async function wrongBodiesOf(
  tasks: readonly Task[],
  interpreter: string,
  signal?: AbortSignal,
): Promise<Map<string, WrongBodies>> {
  /** Names of modules by their texts. One path may have several texts, from several commits. */
  const names = new Map<string, string>();
  const asked = tasks.flatMap(({ id, host, hole, prefix, reference }) => {
    if (hole !== 'body' || reference === undefined) return [];
    const body = bodyLines(reference);
    const { before, after } = host ?? { before: `${prefix}\n`, after: '' };
    const text = before + body + after;
    const name = names.get(text) ?? `module ${names.size}`;
    names.set(text, name);
    const first = before.split('\n').length;
    return [{ id, place: [name, first, first + body.split('\n').length - 2] }];
  });
  const modules = Object.fromEntries([...names].map(([text, name]) => [name, text]));
  if (asked.length === 0) return new Map();
  const printed = await runScanner(interpreter, ['leti_runner.harvest.mutants'], signal, {
    modules,
    bodies: asked.map(({ place }) => place),
  });
  const answer = Answer.parse(JSON.parse(printed));
  return new Map(
    asked.flatMap(({ id }, index) => (answer[index] === undefined ? [] : [[id, answer[index]]])),
  );
}
