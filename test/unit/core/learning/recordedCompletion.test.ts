import assert from 'node:assert/strict';
import { bodyOfRecorded, taskOfRecorded } from '../../../../src/core/learning/recordedCompletion.ts';
import { bareTask } from '../../../support/tasks.ts';
import { used } from '../../../support/recorded.ts';

const TASK = bareTask({
  id: 'ops.py:add_one',
  name: 'add_one',
  hole: 'body',
  indent: 4,
  prefix: 'def add_one(x):\n    """add one"""',
  host: {
    module: 'ops',
    path: 'ops.py',
    before: 'def add_one_more(x):\n    pass\n\n\ndef add_one(x):\n    """add one"""\n',
    after: '\n\ndef double(x):\n    return x * 2\n',
    files: [],
  },
});

describe('a recorded completion as a sample', () => {
  it('is the body with the text in it', () => {
    assert.equal(taskOfRecorded(used()), 'ops.py:add_one');
    assert.equal(bodyOfRecorded(TASK, used()), '\n    return x + 1');
  });

  it('ends where the function ends', () => {
    const source = 'def add_one(x):\n    """add one"""\n    y = x\n    return y\n\n\nprint(1)\n';
    assert.equal(bodyOfRecorded(TASK, used({ source })), '\n    y = x\n    return y');
  });

  it('is none where the header or the docstring was another, or there was no body', () => {
    const sources = [
      'def add_one(x, y):\n    """add one"""\n    return x + 1\n',
      'def add_one(x):\n    """Add one."""\n    return x + 1\n',
      'def add_one(x):\n    """add one"""\n',
    ];
    for (const source of sources) assert.equal(bodyOfRecorded(TASK, used({ source })), undefined);
  });

  it('is none outside a function, without a source, and for tasks that are in no file', () => {
    assert.equal(taskOfRecorded(used({ function: undefined })), undefined);
    assert.equal(bodyOfRecorded(TASK, used({ source: undefined })), undefined);
    assert.equal(bodyOfRecorded(bareTask(), used()), undefined);
  });
});
