import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { Backend } from '../../../src/extension/backend.ts';
import { endpointKey, setEndpointKey } from '../../../src/extension/commands/endpointKey.ts';
import { REQUESTS } from '../../../src/protocol/backend.ts';
import { backends, folder, instead, memory, setting, withServices } from './support.ts';

describe('the server of the user', () => {
  it('is named to what writes programs, and to nothing else', async () => {
    await setting('endpoint', { url: 'http://127.0.0.1:9/v1', kind: 'vllm' });
    try {
      await withServices(async ({ places }) => {
        const uri = vscode.Uri.file(folder());
        const { endpoint } = await places.placeToWrite(uri);
        assert.deepEqual([endpoint?.url, endpoint?.kind], ['http://127.0.0.1:9', 'vllm']);
        assert.equal((await places.place(uri)).endpoint, undefined);
      });
    } finally {
      await setting('endpoint', undefined);
    }
  });

  it('is none where the setting is wrong, which is said', async () => {
    const told: string[] = [];
    await setting('endpoint', { url: 'gpu-machine' });
    try {
      await withServices(async ({ places }) => {
        const say = (message: string): Promise<undefined> => {
          told.push(message);
          return Promise.resolve(undefined);
        };
        await instead(vscode.window, 'showWarningMessage', say, async () => {
          const { endpoint } = await places.placeToWrite(vscode.Uri.file(folder()));
          assert.equal(endpoint, undefined);
        });
      });
    } finally {
      await setting('endpoint', undefined);
    }
    assert.match(told.join(), /leti\.endpoint has a wrong value.*http:\/\//);
  });

  it('has its key in the store of secrets, and in the server process alone', async () => {
    const { entries, context } = memory();
    await withServices(async (services) => {
      const answered = async (key: string | undefined): Promise<void> => {
        await instead(
          vscode.window,
          'showInputBox',
          () => Promise.resolve(key),
          async () => {
            await setEndpointKey({ ...services, context });
          },
        );
      };
      await answered(undefined);
      assert.equal(entries.size, 0);
      await answered(' sk-secret ');
      assert.deepEqual(await endpointKey(context), { LETI_ENDPOINT_KEY: 'sk-secret' });

      const module = path.join(process.env['LETI_ROOT'] ?? '', 'dist/leti.mjs');
      const backend = new Backend(services.log, module, undefined, async () => await endpointKey(context));
      const before = new Set(backends());
      await backend.ask(REQUESTS.runs, { workspace: folder() });
      const [own] = backends().filter((pid) => !before.has(pid));
      assert.ok(readFileSync(`/proc/${own}/environ`, 'utf8').includes('LETI_ENDPOINT_KEY=sk-secret'));
      assert.equal(process.env['LETI_ENDPOINT_KEY'], undefined);
      await backend.stop();

      await answered('');
      assert.deepEqual(await endpointKey(context), {});
    });
  });
});
