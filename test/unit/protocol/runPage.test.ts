import assert from 'node:assert/strict';
import {
  addressFromAttribute,
  addressToAttribute,
  FromPage,
  PageAddress,
  PageState,
  ToPage,
} from '../../../src/protocol/runPage.ts';

describe('messages of the page of a run', () => {
  it('to the page: what has another shape is refused', () => {
    assert.equal(ToPage.safeParse({ kind: 'problem', message: 'why' }).success, true);
    assert.equal(ToPage.safeParse({ kind: 'live', event: null }).success, true);
    for (const wrong of [
      undefined,
      null,
      'live',
      [],
      {},
      { kind: 'other' },
      { kind: 'live' },
      { kind: 'live', event: { event: 'progress', phase: 7 } },
      { kind: 'problem', message: 'why', more: true },
      { kind: 'run', title: 't', detail: {}, histories: [] },
      { kind: 'task', detail: null },
    ]) {
      assert.equal(ToPage.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });

  it('from the page: what has another shape is refused', () => {
    for (const right of [
      { kind: 'ready' },
      { kind: 'task', task: 't' },
      { kind: 'open', task: 't', stage: 's', sample: 0 },
      { kind: 'compare', task: 't', from: 'a', to: 'b' },
      { kind: 'copy' },
      { kind: 'log', message: 'm' },
    ]) {
      assert.equal(FromPage.safeParse(right).success, true, JSON.stringify(right));
    }
    for (const wrong of [
      null,
      7,
      { kind: 'eval', code: '1' },
      { kind: 'task' },
      { kind: 'open', task: 't', stage: 's', sample: -1 },
      { kind: 'open', task: 't', stage: 's', sample: '0' },
      { kind: 'compare', task: 't' },
      { kind: 'ready', command: 'leti.deleteRun' },
    ]) {
      assert.equal(FromPage.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });
});

describe('the state of the page of a run', () => {
  it('carries an address through an attribute, whatever letters it has', () => {
    const address = { workspace: '/tmp/Prüfung "日本" <b> & \u2028', run: 'r' };
    const attribute = addressToAttribute(address);
    assert.doesNotMatch(attribute, /["<>&\s]/);
    assert.deepEqual(addressFromAttribute(attribute), address);
  });

  it('keeps the address and forgets a view that it does not know', () => {
    const state = { workspace: '/w', run: 'r', view: { filter: 'purple' } };
    assert.deepEqual(PageState.parse(state), { workspace: '/w', run: 'r', view: undefined });
    assert.equal(PageState.parse({ ...state, view: { search: 'x' } }).view?.search, 'x');
    assert.deepEqual(PageAddress.parse(state), { workspace: '/w', run: 'r' });
  });

  it('without an address is none', () => {
    for (const wrong of [undefined, null, {}, { workspace: '/w' }, { workspace: '', run: 'r' }, { run: 7 }]) {
      assert.equal(PageAddress.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });
});
