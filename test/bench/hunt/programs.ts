import { symlink } from 'node:fs/promises';
import { z } from 'zod';
import { says, type Reproduction } from './case.ts';

const Sample = z.object({ verdict: z.string(), feedback: z.string().optional() });

/** A case whose programs all pass. */
const PASSES: Reproduction = {
  expected: 'passed',
  run: async (one) => {
    const files = ['--tasks', 'tasks.jsonl', '--samples', 'samples.jsonl', '--out', 'out.jsonl'];
    const result = await one.leti(['execute', ...files, '--python', one.python]);
    if (result.code !== 0) throw new Error(says(result));
    const lines = (await one.read('out.jsonl')).trimEnd().split('\n');
    const samples = lines.map((line) => Sample.parse(JSON.parse(line)));
    return {
      got: samples.map(({ verdict, feedback }) => `${verdict} ${feedback ?? ''}`).join('; '),
      ok: samples.length > 0 && samples.every(({ verdict }) => verdict === 'passed'),
    };
  },
};

export const PROGRAMS: Readonly<Record<string, Reproduction>> = {
  'e01-io-binary-streams': PASSES,
  'e02-io-exit': PASSES,
  'e04-check-captures-output': PASSES,
  'e06-out-is-a-link': {
    expected: 'the file behind the link is written',
    run: async (one) => {
      await symlink('real/r.jsonl', one.at('out.jsonl'));
      const files = ['--tasks', 'tasks.jsonl', '--samples', 'samples.jsonl', '--out', 'out.jsonl'];
      await one.leti(['execute', ...files, '--python', one.python]);
      const text = await one.read('real/r.jsonl');
      return { got: text, ok: text.includes('"verdict"') };
    },
  },
};
