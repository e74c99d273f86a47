import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { tinyFixture } from '../support/tinyRun.ts';

const FUNCTIONS: readonly [string, string, (x: number) => number][] = [
  ['add_one', 'x + 1', (x) => x + 1],
  ['double', 'x * 2', (x) => x * 2],
  ['square', 'x * x', (x) => x * x],
  ['negate', '-x', (x) => -x],
  ['same', 'x', (x) => x],
  ['minus_one', 'x - 1', (x) => x - 1],
];

/**
 * A workspace with six tested functions, and the settings with which VS Code trains a tiny model on them in seconds.
 * `broken.py` has a function whose test fails.
 */
export function hostWorkspace(folder: string): {
  workspace: string;
  /** The folder of the tiny model. */
  model: string;
  settings: Record<string, unknown>;
} {
  const { model } = tinyFixture(folder);
  const workspace = path.join(folder, 'project');
  mkdirSync(path.join(workspace, 'tests'), { recursive: true });
  const write = (name: string, text: string): void => {
    writeFileSync(path.join(workspace, name), text);
  };
  write(
    'ops.py',
    FUNCTIONS.map(
      ([name, expression]) =>
        `def ${name}(x):\n    """${name.replace('_', ' ')}"""\n    return ${expression}\n`,
    ).join('\n\n'),
  );
  write(
    'tests/test_ops.py',
    `import ops\n\n\n${FUNCTIONS.map(
      ([name, , compute]) =>
        `def test_${name}():\n${[2, 5, 7].map((x) => `    assert ops.${name}(${x}) == ${compute(x)}\n`).join('')}`,
    ).join('\n\n')}`,
  );
  write('broken.py', 'def half(x):\n    """Half of x."""\n    y = x\n    return z / 2\n');
  write('tests/test_broken.py', 'import broken\n\n\ndef test_half():\n    assert broken.half(4) == 2\n');
  return {
    workspace,
    model,
    settings: {
      'leti.model': model,
      'leti.samples': 4,
    },
  };
}
