import type { RecordedCompletion } from '../../src/protocol/recordedCompletion.ts';

/** What is recorded of a completion; parts can be replaced. */
export function used(parts: Partial<RecordedCompletion> = {}): RecordedCompletion {
  return {
    id: 'a',
    at: '2026-01-01T00:00:00.000Z',
    path: 'ops.py',
    function: 'add_one',
    model: 'm',
    outcome: 'accepted',
    shown: 'return x + 1',
    taken: 12,
    source: 'def add_one(x):\n    """add one"""\n    return x + 1\n',
    ...parts,
  };
}
