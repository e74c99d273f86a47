import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import {
  CancellationTokenSource,
  InlineCompletionTriggerKind,
  type InlineCompletionItem,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import {
  COMPLETED,
  COMPLETION_FOLDERS,
  REQUESTS,
  type CompletionFolder,
  type CompletionOptions,
} from '../../../src/protocol/backend.ts';
import { BackendClient } from '../../support/backendClient.ts';
import { completionFixture, withoutBody, type CompletionFixture } from '../../support/completionFixture.ts';
import { used } from '../../support/recorded.ts';
import { LetiProcess, processesNaming, trainerPython } from '../../support/tinyRun.ts';

/** Inline completion as any editor gets it that speaks the protocol. */
describe('inline completion over LSP', function () {
  this.timeout(180_000);
  let folder: string;
  let home: string;
  let fixture: CompletionFixture;
  let client: BackendClient;
  let connection: ProtocolConnection;
  let uri: string;
  let version = 0;
  const told: ReturnType<typeof COMPLETED.params.parse>[] = [];

  before(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'leti-lsp-'));
    home = path.join(folder, 'home');
    fixture = completionFixture(folder);
    uri = pathToFileURL(fixture.file).href;
    client = new BackendClient(home);
    connection = client.connection;
    connection.onNotification(COMPLETED.method, (params: unknown) => {
      told.push(COMPLETED.params.parse(params));
    });
  });

  after(async () => {
    assert.equal(await client.close(), 0);
    assert.deepEqual(processesNaming(home), []);
    rmSync(folder, { recursive: true, force: true });
  });

  async function replace(text: string): Promise<void> {
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: ++version },
      contentChanges: [{ text }],
    });
  }

  async function complete(
    position: { line: number; character: number },
    triggerKind: InlineCompletionTriggerKind = InlineCompletionTriggerKind.Automatic,
    more: object = {},
  ): Promise<InlineCompletionItem[]> {
    return await connection.sendRequest('textDocument/inlineCompletion', {
      textDocument: { uri },
      position,
      context: { triggerKind, ...more },
    });
  }

  it('is offered to an editor that trusts the folder, with the documents kept in step', async () => {
    const { capabilities } = await connection.sendRequest<{ capabilities: object }>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      initializationOptions: { trusted: true, completion: {} },
      workspaceFolders: [{ uri: pathToFileURL(fixture.workspace).href, name: 'workspace' }],
    });
    assert.deepEqual(capabilities, {
      textDocumentSync: { openClose: true, change: 2 },
      notebookDocumentSync: {
        notebookSelector: [{ notebook: '*', cells: [{ language: 'python' }] }],
      },
      inlineCompletionProvider: true,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
    });
    await connection.sendNotification('initialized', {});
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'python', version, text: withoutBody('add_one').text },
    });
  });

  it('says quietly that no model is ready, and aloud to who asks by hand', async () => {
    assert.deepEqual(await complete(withoutBody('add_one')), []);
    assert.match(told.at(-1)?.why ?? '', /not ready/);
    await assert.rejects(complete(withoutBody('add_one'), InlineCompletionTriggerKind.Invoked), /not ready/);
    assert.deepEqual(processesNaming(home), [client.child.pid]);
  });

  it('completes with the active model once there is one', async () => {
    const { line, character } = withoutBody('add_one');
    const at = ['--line', String(line), '--character', String(character)];
    const prepared = new LetiProcess(
      [
        'complete',
        fixture.file,
        ...at,
        '--model',
        fixture.model,
        '--trainer-python',
        trainerPython(),
        '--json',
      ],
      home,
    );
    assert.equal((await prepared.ended).code, 0, prepared.stderr);
    const place = { workspace: fixture.workspace };
    const [model] = await client.ask(REQUESTS.models, place);
    await client.ask(REQUESTS.promote, { ...place, model: model!.hash });
    assert.deepEqual(await complete(withoutBody('add_one')), [{ insertText: 'return x + 1' }]);
    assert.deepEqual([told.at(-1)?.shown, told.at(-1)?.cached], [true, false]);
  });

  it('follows edits of the document, and needs no model for what was typed through', async () => {
    const { line, character } = withoutBody('add_one');
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: ++version },
      contentChanges: [
        { range: { start: { line, character }, end: { line, character } }, text: 'ret' },
        {
          range: { start: { line, character: character + 3 }, end: { line, character: character + 3 } },
          text: 'urn',
        },
      ],
    });
    assert.deepEqual(await complete({ line, character: character + 6 }), [{ insertText: ' x + 1' }]);
    assert.equal(told.at(-1)?.cached, true);
  });

  it('goes on behind what is selected in a list of suggestions', async () => {
    const { line, character } = withoutBody('add_one');
    const range = { start: { line, character }, end: { line, character: character + 6 } };
    const selectedCompletionInfo = { range, text: 'return x' };
    assert.deepEqual(
      await complete({ line, character: character + 6 }, InlineCompletionTriggerKind.Automatic, {
        selectedCompletionInfo,
      }),
      [{ insertText: 'return x + 1', range }],
    );
  });

  it('answers the newest of many requests only', async () => {
    const { text, line, character } = withoutBody('double');
    await replace(text);
    const answers = await Promise.all(Array.from({ length: 5 }, () => complete({ line, character })));
    assert.deepEqual(
      answers.map((items) => items.length),
      [0, 0, 0, 0, 1],
    );
    assert.equal(answers[4]?.[0]?.insertText, 'return x * 2');
  });

  it('lets a request go that the editor cancels', async () => {
    const { text, line, character } = withoutBody('double');
    await replace(`# new\n${text}`);
    const source = new CancellationTokenSource();
    const asked = connection.sendRequest<unknown>(
      'textDocument/inlineCompletion',
      { textDocument: { uri }, position: { line: line + 1, character }, context: { triggerKind: 2 } },
      source.token,
    );
    source.cancel();
    assert.deepEqual(await asked.catch(() => []), []);
  });

  it('has nothing for documents that are closed or unknown', async () => {
    const { line, character } = withoutBody('double');
    assert.deepEqual(
      await connection.sendRequest('textDocument/inlineCompletion', {
        textDocument: { uri: `${uri}x` },
        position: { line, character },
        context: { triggerKind: 1 },
      }),
      [],
    );
  });

  it('completes a cell of a notebook below the cells above it', async () => {
    const { text, line, character } = withoutBody('double');
    const [above = '', own = ''] = text.split('\n\n\ndef double');
    const notebook = pathToFileURL(path.join(fixture.workspace, 'numbers.ipynb')).href;
    const cell = (name: string): string => `vscode-notebook-cell:${notebook.slice('file:'.length)}#${name}`;
    const texts = [above, `def double${own}`];
    await connection.sendNotification('notebookDocument/didOpen', {
      notebookDocument: {
        uri: notebook,
        notebookType: 'jupyter-notebook',
        version: 1,
        cells: texts.map((_, at) => ({ kind: 2, document: cell(`W${at}`) })),
      },
      cellTextDocuments: texts.map((one, at) => ({
        uri: cell(`W${at}`),
        languageId: 'python',
        version: 1,
        text: one,
      })),
    });
    const items = await connection.sendRequest<InlineCompletionItem[]>('textDocument/inlineCompletion', {
      textDocument: { uri: cell('W1') },
      position: { line: line - above.split('\n').length - 2, character },
      context: { triggerKind: 2 },
    });
    assert.deepEqual(items, [{ insertText: 'return x * 2' }]);
  });

  it('has nothing for documents in other languages, and says why (c19)', async () => {
    const script = pathToFileURL(path.join(fixture.workspace, 'a.js')).href;
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri: script, languageId: 'javascript', version: 1, text: 'let x = ' },
    });
    const items = await connection.sendRequest<InlineCompletionItem[]>('textDocument/inlineCompletion', {
      textDocument: { uri: script },
      position: { line: 0, character: 8 },
      context: { triggerKind: 1 },
    });
    assert.deepEqual(items, []);
    assert.deepEqual([told.at(-1)?.shown, told.at(-1)?.why], [false, 'the document is not Python']);
  });

  it('gives one text to who types, and several to who asks by hand', async () => {
    const { text, line, character } = withoutBody('lonely');
    await replace(text);
    const typed = await complete({ line, character });
    assert.equal(typed.length, 1);
    const asked = await complete({ line, character }, InlineCompletionTriggerKind.Invoked);
    assert.deepEqual(asked[0], typed[0]);
    assert.ok(asked.length > 1);
    for (const { insertText } of asked)
      assert.match(
        typeof insertText === 'string' ? insertText : insertText.value,
        /^return (-x|0 - x|-1 \* x)$/,
      );
  });

  it('runs what is shown, where it is asked to', async () => {
    const { text, line, character } = withoutBody('double');
    const place = { workspace: fixture.workspace, path: fixture.file, text, line, character };
    assert.deepEqual(await client.ask(REQUESTS.verifyText, { ...place, completion: 'return x * 2' }), {
      label: 'passes 2 of 2 tests',
      verdict: 'passed',
    });
  });

  it('records what became of completions where it is told, shows it and deletes it', async () => {
    const place = { workspace: fixture.workspace };
    assert.deepEqual(await client.ask(REQUESTS.recordedCompletions, place), []);
    await client.ask(REQUESTS.recordCompletion, { ...place, used: used() });
    await client.ask(REQUESTS.recordCompletion, { ...place, used: used({ later: 'kept' }) });
    assert.deepEqual(await client.ask(REQUESTS.recordedCompletions, place), [used({ later: 'kept' })]);
    await assert.rejects(
      client.ask(REQUESTS.recordCompletion, { ...place, used: used({ shown: 'x'.repeat(20_001) }) }),
      /shown/,
    );
    await client.ask(REQUESTS.deleteRecordedCompletions, place);
    assert.deepEqual(await client.ask(REQUESTS.recordedCompletions, place), []);
  });

  it('uses what the user starts from where nothing was promoted, and nothing in a folder where it is off', async () => {
    const promoted = (await client.ask(REQUESTS.models, { workspace: fixture.workspace })).find(
      ({ active }) => active,
    );
    await client.ask(REQUESTS.rollback, { workspace: fixture.workspace });
    const cases: [CompletionOptions, number, string | undefined][] = [
      [{ fallbackModel: fixture.model }, 1, undefined],
      [
        { fallbackModel: fixture.model, folders: [{ path: fixture.workspace, enabled: false }] },
        0,
        'completions are off in this folder',
      ],
      [
        { fallbackModel: fixture.model, folders: [{ path: path.join(folder, 'work'), enabled: false }] },
        1,
        undefined,
      ],
      [
        { fallbackModel: 'default', folders: [{ path: fixture.workspace, fallbackModel: fixture.model }] },
        1,
        undefined,
      ],
    ];
    for (const [completion, wanted, why] of cases) {
      const other = new BackendClient(home);
      const said: (string | undefined)[] = [];
      other.connection.onNotification(COMPLETED.method, (params: unknown) => {
        said.push(COMPLETED.params.parse(params).why);
      });
      await other.initialize({ trusted: true, completion });
      const { text, line, character } = withoutBody('add_one');
      await other.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'python', version: 0, text },
      });
      const items = await other.connection.sendRequest<InlineCompletionItem[]>(
        'textDocument/inlineCompletion',
        { textDocument: { uri }, position: { line, character }, context: { triggerKind: 2 } },
      );
      assert.equal(items.length, wanted);
      assert.deepEqual(said, [why]);
      assert.equal(await other.close(), 0);
    }
    await client.ask(REQUESTS.promote, { workspace: fixture.workspace, model: promoted!.hash });
  });

  it('goes by the settings of each folder as they are now, and by the folders that are open now', async () => {
    const other = new BackendClient(home);
    const said: (string | undefined)[] = [];
    other.connection.onNotification(COMPLETED.method, (params: unknown) => {
      said.push(COMPLETED.params.parse(params).why);
    });
    await other.initialize({ trusted: true, completion: {} });
    const { text, line, character } = withoutBody('add_one');
    await other.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'python', version: 0, text },
    });
    const set = async (folders: CompletionFolder[]): Promise<void> => {
      await other.connection.sendNotification(COMPLETION_FOLDERS.method, { folders });
      await other.connection.sendRequest('textDocument/inlineCompletion', {
        textDocument: { uri },
        position: { line, character },
        context: { triggerKind: 2 },
      });
    };
    await set([{ path: fixture.workspace, enabled: false }]);
    assert.equal(said.at(-1), 'completions are off in this folder');
    await set([{ path: fixture.workspace, enabled: true }]);
    assert.equal(said.at(-1), undefined);
    // A Python that is none cannot parse: the parser of the interpreter before is not used any longer.
    await set([{ path: fixture.workspace, interpreter: path.join(folder, 'no-python') }]);
    assert.match(said.at(-1) ?? '', /no-python/);
    await set([]);
    assert.equal(said.at(-1), undefined);

    const outer = path.dirname(fixture.workspace);
    await set([{ path: outer, enabled: false }]);
    assert.equal(said.at(-1), 'completions are off in this folder');
    const added = [{ uri: pathToFileURL(fixture.workspace).href, name: 'opened later' }];
    await other.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added, removed: [] },
    });
    await set([{ path: outer, enabled: false }]);
    assert.equal(said.at(-1), undefined);
    await other.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: added },
    });
    await set([{ path: outer, enabled: false }]);
    assert.equal(said.at(-1), 'completions are off in this folder');
    assert.equal(await other.close(), 0);
  });

  it('finds the tests of a function in a folder that was opened through a link', async () => {
    const link = path.join(folder, 'link');
    symlinkSync(fixture.workspace, link);
    const { text, line, character } = withoutBody('double');
    const verified = await client.ask(REQUESTS.complete, {
      workspace: link,
      path: path.join(link, path.relative(fixture.workspace, fixture.file)),
      ...{ text, line, character },
      candidates: 1,
      execute: true,
    });
    assert.equal(verified.task, 'numbers_kit.py:double');
  });

  it('ends the inference process after a while without requests, and starts it again', async () => {
    const other = new BackendClient(home);
    await other.initialize({ trusted: true, completion: { idleMinutes: 0.02 } });
    const own = new Set([client.child.pid, ...processesNaming(home)]);
    const started = (): number[] => processesNaming(home).filter((pid) => !own.has(pid));
    const { text, line, character } = withoutBody('double');
    await other.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'python', version: 0, text },
    });
    for (const prefix of ['', '\n']) {
      await other.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: 1 },
        contentChanges: [{ text: prefix + text }],
      });
      const items = await other.connection.sendRequest<InlineCompletionItem[]>(
        'textDocument/inlineCompletion',
        {
          textDocument: { uri },
          position: { line: line + (prefix === '' ? 0 : 1), character },
          context: { triggerKind: 1 },
        },
      );
      assert.equal(items[0]?.insertText, 'return x * 2');
      assert.ok(started().length > 0);
      while (started().length > 0) await sleep(100);
    }
    assert.equal(await other.close(), 0);
  });

  it('runs candidates on request', async () => {
    const { text, line, character } = withoutBody('double');
    const verified = await client.ask(REQUESTS.complete, {
      workspace: fixture.workspace,
      path: fixture.file,
      ...{ text, line, character },
      candidates: 3,
      execute: true,
    });
    assert.equal(verified.candidates[0]?.label, 'passes 2 of 2 tests');
    assert.equal(verified.task, 'numbers_kit.py:double');
  });
});

describe('a language server that completes nothing', function () {
  this.timeout(60_000);

  for (const [name, options] of [
    ['where the client does not ask for it', { trusted: true }],
    ['in a folder that is not trusted', { trusted: false, completion: {} }],
  ] as const) {
    it(`starts no process ${name}`, async () => {
      const home = mkdtempSync(path.join(os.tmpdir(), 'leti-lsp-'));
      const client = new BackendClient(home);
      await client.initialize(options);
      const uri = pathToFileURL(path.join(home, 'a.py')).href;
      await client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'python', version: 0, text: 'x = ' },
      });
      const items: unknown = await client.connection
        .sendRequest('textDocument/inlineCompletion', {
          textDocument: { uri },
          position: { line: 0, character: 4 },
          context: { triggerKind: 2 },
        })
        .catch(() => []);
      assert.deepEqual(items, []);
      await sleep(200);
      assert.deepEqual(processesNaming(home), [client.child.pid]);
      assert.equal(await client.close(), 0);
      rmSync(home, { recursive: true });
    });
  }
});
