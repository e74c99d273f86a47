import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Completer } from '../../../src/protocol/completion.ts';
import { InterruptedError } from '../../../src/protocol/errors.ts';
import { CompletionService, type Completed } from '../../../src/app/completion/service.ts';
import { verifyCompletion, verifyText } from '../../../src/app/completion/verify.ts';
import { Workbench } from '../../../src/app/workbench.ts';
import {
  completionFixture,
  DOCUMENT,
  withoutBody,
  type CompletionFixture,
} from '../../support/completionFixture.ts';
import { trainerPython } from '../../support/tinyRun.ts';

/** Completing with a tiny model that knows three bodies. */
describe('completing', function () {
  this.timeout(180_000);
  let folder: string;
  let fixture: CompletionFixture;
  let workbench: Workbench;
  let service: CompletionService;
  let base: string;
  let fallbackModel = 'nothing that is stored';
  const started: Completer[] = [];
  const notices: string[] = [];

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-complete-'));
    fixture = completionFixture(folder);
    workbench = new Workbench({
      workspace: fixture.workspace,
      device: 'auto',
      interpreter: undefined,
      allowUncontained: false,
      trainerPython: trainerPython(),
      observe: () => undefined,
      signal: new AbortController().signal,
      env: { ...process.env, LETI_HOME: path.join(folder, 'home') },
    });
    const model = await workbench.resolveModel(fixture.model);
    await workbench.completionExport(model, []);
    base = model.hash;
    await workbench.active.promote(base, 'test');
    service = new CompletionService({
      workbench,
      start: async (folders) => {
        const completer = await workbench.startCompleter(folders);
        started.push(completer);
        return completer;
      },
      model: undefined,
      fallbackModel: () => fallbackModel,
      prepare: false,
      onNotice: (message) => notices.push(message),
    });
  });

  after(async () => {
    await service.close();
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const complete = async (
    place: { text: string; offset: number },
    signal = new AbortController().signal,
  ): Promise<Completed> => await service.complete({ ...place, manual: false, comments: false, signal });

  it('writes the body of a function, also while the file does not parse otherwise', async () => {
    const { text, model, cached } = await complete(withoutBody('add_one'));
    assert.equal(text, 'return x + 1');
    assert.equal(cached, false);
    assert.equal(model, path.basename(fixture.model));
    const behind = withoutBody('double');
    const headerEnd = behind.text.lastIndexOf('"""', behind.offset) + 3;
    assert.equal((await complete({ text: behind.text, offset: headerEnd })).text, '\n    return x * 2');
  });

  it('answers from what it knows: the same place, and what was typed of it', async () => {
    const place = withoutBody('add_one');
    assert.equal((await complete(place)).cached, true);
    const typed = `${place.text.slice(0, place.offset)}retu${place.text.slice(place.offset)}`;
    const rest = await complete({ text: typed, offset: place.offset + 4 });
    assert.deepEqual([rest.text, rest.cached], ['rn x + 1', true]);
    assert.equal(service.knows({ text: typed, offset: place.offset + 4 }), true);
    assert.equal(service.knows({ text: `${typed} `, offset: typed.length + 1 }), false);
  });

  it('shows nothing in comments that are off, and nothing before other code', async () => {
    const comment = 'def f():\n    # add ';
    assert.match((await complete({ text: comment, offset: comment.length })).why ?? '', /comments/);
    assert.match((await complete({ text: 'x = y', offset: 4 })).why ?? '', /code follows/);
  });

  it('shows only what lets a file parse that parsed before', async () => {
    const inside = 'x = (\n    1\n)\n';
    const completed = await complete({ text: inside, offset: inside.indexOf('1') });
    assert.equal(completed.text, undefined);
  });

  it('ends one request when another comes, and when it is cancelled', async () => {
    const fresh = (name: string): { text: string; offset: number } => ({
      text: `# ${name}\n${withoutBody('double').text}`,
      offset: withoutBody('double').offset + name.length + 3,
    });
    const names = Array.from({ length: 12 }, (_, index) => `place ${index}`);
    const answers = await Promise.allSettled(names.map((name) => complete(fresh(name))));
    const ended = answers.filter((answer) => answer.status === 'rejected');
    assert.ok(ended.length > 0);
    assert.ok(ended.every(({ reason }) => reason instanceof InterruptedError));
    const shown = answers.filter((answer) => answer.status === 'fulfilled');
    assert.ok(shown.length > 0 && shown.every(({ value }) => value.text === 'return x * 2'));
    const stop = new AbortController();
    const cancelled = complete(fresh('c'), stop.signal);
    stop.abort();
    await assert.rejects(cancelled, InterruptedError);
  });

  it('runs candidates against doctests and tests, the best first', async () => {
    for (const [name, checks, best] of [
      ['add_one', 1, 'return x + 1'],
      ['double', 2, 'return x * 2'],
    ] as const) {
      const verified = await verify(name, 4, true);
      assert.equal(verified.task, `numbers_kit.py:${name}`);
      const [first] = verified.candidates;
      assert.equal(first?.text, best);
      assert.equal(first.label, `passes ${checks} of ${checks} ${checks === 1 ? 'test' : 'tests'}`);
      assert.equal(first.verdict, 'passed');
    }
  });

  it('asks once more with what failed candidates showed, where none passes', async () => {
    const verified = await verify('broken', 2, true);
    assert.ok(verified.repaired > 0);
    assert.deepEqual(
      verified.candidates.map(({ text, label }) => [text, label]),
      [
        ['return x', 'passes 1 of 1 test'],
        ['return undefined_name', 'passes 0 of 1 test'],
      ],
    );
  });

  it('answers with what there is when the time is up, and with nothing when it is cancelled', async () => {
    // Over before the first candidate is written, which is always waited for.
    const verified = await verify('add_one', 8, true, { seconds: 0.001 });
    assert.deepEqual(
      verified.candidates.map(({ text, label }) => [text, label]),
      [['return x + 1', 'not run']],
    );
    await assert.rejects(verify('add_one', 8, true, { signal: AbortSignal.abort() }), InterruptedError);
  });

  it('orders by agreement where nothing is run', async () => {
    const [first] = (await verify('add_one', 4, false)).candidates;
    assert.equal(first?.verdict, undefined);
    assert.match(first?.label ?? '', /^agrees with \d of \d samples$/);
    const lonely = await verify('lonely', 2, true);
    assert.equal(lonely.task, undefined);
    assert.ok(lonely.candidates.every(({ verdict }) => verdict === undefined));
  });

  it('answers with the old model while a promoted one is exported and loaded, then with the new one', async () => {
    const other = await workbench.resolveModel(fixture.makeOther());
    await workbench.active.promote(other.hash, 'test');
    for (let time = 0; time < 2; time += 1) {
      assert.equal((await complete(withoutBody('double'))).text, 'return x * 2');
      await service.settled();
    }
    assert.match(notices.splice(0).join(), /^[^,]*not ready[^,]*$/, 'it has no export, which is said once');
    await workbench.active.rollback();
    assert.equal(await workbench.readyModel(other.hash), undefined);
    await workbench.promoteByHand(other.hash.slice(0, 8));
    assert.equal((await workbench.readyModel(other.hash))?.hash, other.hash, 'promoting exports it first');
    assert.equal((await complete(withoutBody('double'))).text, 'return x * 2');
    await service.settled();
    const swapped = await complete(withoutBody('double'));
    assert.deepEqual([swapped.text, swapped.cached], ['return x + x', false]);
    assert.equal(started.length, 1);
  });

  it('keeps the active model where a promoted one cannot be loaded, and says so once', async () => {
    await workbench.active.promote('f00d', 'test');
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await complete(withoutBody('add_one'))).text, 'return x - 1');
      await service.settled();
    }
    assert.equal(notices.length, 1);
    assert.match(notices[0] ?? '', /f00d/);
    await workbench.active.rollback();
  });

  it('says of one text what running it finds out', async () => {
    const found = async (name: string, completion: string): Promise<unknown> => {
      const signal = new AbortController().signal;
      return await verifyText(workbench, { ...withoutBody(name), path: fixture.file, completion, signal });
    };
    assert.deepEqual(await found('double', 'return x * 2'), {
      label: 'passes 2 of 2 tests',
      verdict: 'passed',
    });
    assert.deepEqual(await found('double', 'return x'), { label: 'passes 0 of 2 tests', verdict: 'failed' });
    assert.deepEqual(await found('lonely', 'return x'), { label: 'not run' });
  });

  it('has other texts to choose from, the same ones at the same place', async () => {
    await workbench.active.promote(base, 'test');
    await service.complete({
      ...withoutBody('lonely'),
      manual: true,
      comments: false,
      signal: new AbortController().signal,
    });
    await service.settled();
    const asked = {
      ...withoutBody('lonely'),
      ...{ manual: true, comments: false, signal: new AbortController().signal },
    };
    const { text = '' } = await service.complete(asked);
    const others = await service.others(asked, text);
    assert.ok(others.length > 0, `nothing but ${text}`);
    assert.equal(new Set([text, ...others]).size, others.length + 1);
    for (const one of [text, ...others]) assert.match(one, /^return (-x|0 - x|-1 \* x)$/);
    assert.deepEqual(await service.others(asked, text), others);
  });

  it('starts from what its user names while nothing was promoted', async () => {
    await service.close();
    while ((await workbench.active.history()).length > 0) await workbench.active.rollback();
    await assert.rejects(complete(withoutBody('add_one')), /nothing that is stored/);
    fallbackModel = fixture.model;
    const { text, hash } = await complete(withoutBody('add_one'));
    assert.deepEqual([text, hash], ['return x + 1', base]);
  });

  it('starts again after it was put to rest', async () => {
    const before = started.length;
    const pid = started.at(-1)?.pid;
    await service.close();
    assert.ok(pid !== undefined);
    assert.throws(() => process.kill(pid, 0));
    const { text } = await complete({
      text: DOCUMENT.slice(0, withoutBody('double').offset),
      offset: withoutBody('double').offset,
    });
    assert.equal(text, 'return x * 2');
    assert.equal(started.length, before + 1);
  });

  async function verify(
    name: string,
    candidates: number,
    execute: boolean,
    other: { seconds?: number; signal?: AbortSignal } = {},
  ): ReturnType<typeof verifyCompletion> {
    const { text, offset } = withoutBody(name);
    const signal = new AbortController().signal;
    return await verifyCompletion(service, workbench, {
      path: fixture.file,
      text,
      offset,
      candidates,
      execute,
      signal,
      ...other,
    });
  }
});
