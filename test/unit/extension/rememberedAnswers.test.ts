import assert from 'node:assert/strict';
import {
  differing,
  withRemembered,
  type Answers,
} from '../../../src/extension/commands/rememberedAnswers.ts';

const settings: Answers = { model: 'default', rounds: 1, samples: 8, device: 'auto', skipTasks: [] };

describe("the plan's answers", () => {
  it('are remembered only where they differ from the settings, which otherwise count when they change', () => {
    const remembered = differing({ ...settings, samples: 16, skipTasks: ['a.py:f'] }, settings);
    assert.deepEqual(remembered, { samples: 16, skipTasks: ['a.py:f'] });
    const later = { ...settings, model: 'other', rounds: 3 };
    assert.deepEqual(withRemembered(later, remembered), {
      ...later,
      samples: 16,
      skipTasks: ['a.py:f'],
    });
  });

  it('are the settings where nothing was changed, or what was changed is changed back', () => {
    assert.deepEqual(differing({ ...settings, skipTasks: [] }, settings), {});
    assert.deepEqual(withRemembered(settings, undefined), settings);
  });

  it('forget what does not fit', () => {
    for (const remembered of [{ rounds: 9999 }, { device: 'tpu' }, 'nothing', [1]]) {
      assert.deepEqual(withRemembered(settings, remembered), settings);
    }
  });
});
