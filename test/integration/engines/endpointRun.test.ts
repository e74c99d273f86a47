import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Task } from '../../../src/protocol/task.ts';
import { RunStore } from '../../../src/store/runStore.ts';
import { ConformanceServer } from '../../support/conformanceServer.ts';
import { endpointModel } from '../../support/endpointModel.ts';
import { fakeFixture } from '../../support/fakeTrainer.ts';
import { useFolder } from '../../support/folder.ts';
import { commandOf, descendants } from '../../support/processes.ts';
import { tinyRunArguments, tinyTasks, TRAIN, LetiProcess, type Fixture } from '../../support/tinyRun.ts';

const KEY = 'sk-very-secret-key';

/** Runs of the command line whose programs a server writes, with the fake trainer for the rest. */
describe('a run at an endpoint', function () {
  this.timeout(120_000);
  const folder = useFolder();
  let fixture: Fixture;
  let server: ConformanceServer;
  let tasks: Map<string, Task>;

  before(async () => {
    ({ fixture } = fakeFixture(folder()));
    process.env['LETI_TEST_ENDPOINT_KEY'] = KEY;
    const { served } = await endpointModel(fixture.model);
    tasks = new Map(tinyTasks(TRAIN).map((task) => [task.name, task]));
    server = await new ConformanceServer('vllm', served).start();
    server.write = (prompt, seed) => {
      const name = /def (\w+)\(x\):$/.exec(prompt)?.[1] ?? '';
      return seed % 2 === 0 ? `${tasks.get(name)?.reference ?? ''}\n\`\`\`` : '\n    return None\n```';
    };
  });

  after(async () => {
    delete process.env['LETI_TEST_ENDPOINT_KEY'];
    await server.stop();
  });

  function endpointFlags(): string[] {
    return [
      ...['--endpoint', `${server.url}/v1`, '--endpoint-kind', 'vllm'],
      ...['--endpoint-key', 'LETI_TEST_ENDPOINT_KEY', '--endpoint-concurrency', '2'],
    ];
  }

  async function ended(process: LetiProcess): Promise<LetiProcess> {
    const { code } = await process.ended;
    assert.equal(code, 0, process.stderr);
    return process;
  }

  /** The variables that a process was started with; nothing where it has ended. */
  function environmentOf(pid: number): string {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8');
    } catch {
      return '';
    }
  }

  /** Every file below a folder that holds a text. */
  function filesWith(text: string, below: string): string[] {
    return readdirSync(below, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .filter((file) => readFileSync(file).includes(text));
  }

  it('trains on what the server wrote, after it died in the middle, and never writes the key down', async () => {
    const home = path.join(folder(), 'home');
    const args = [...tinyRunArguments(fixture), '--rounds', '2', ...endpointFlags()];
    server.asked.length = 0;
    server.fault = ({ route }) => {
      // The third task's request meets a server that is gone, and stays away.
      if (route !== '/v1/completions' || server.asked.length < 2) return undefined;
      void server.stop();
      return 'handled';
    };
    let killed = false;
    const first = new LetiProcess(args, home, ({ detail }, { child }) => {
      if (killed || typeof detail !== 'string' || !detail.startsWith('waiting')) return;
      killed = true;
      child.kill('SIGKILL');
    });
    assert.equal((await first.ended).signal, 'SIGKILL', first.stderr);
    server.fault = () => undefined;
    await sleep(50);
    await server.start();
    const holders = new Set<number>();
    const started: string[] = [];
    const resumed = await ended(
      new LetiProcess([...args, '--resume', 'last'], home, (_event, { child }) => {
        const own = child.pid ?? 0;
        if (environmentOf(own).includes(KEY)) holders.add(own);
        for (const pid of descendants(own)) {
          // Read first: a child that has not become its program yet still is a copy of its parent.
          const command = commandOf(pid);
          if (command === commandOf(own)) continue;
          started.push(command);
          if (environmentOf(pid).includes(KEY)) holders.add(pid);
        }
      }),
    );
    // The command itself was given the key. What it starts was not.
    assert.deepEqual([...holders], [resumed.child.pid]);
    for (const name of ['inferenceWorker', 'fake-trainer', 'leti_runner.zygote'])
      assert.ok(
        started.some((command) => command.includes(name)),
        `no ${name} was looked at`,
      );
    const store = new RunStore(
      path.join(home, 'workspaces', readdirSync(path.join(home, 'workspaces'))[0] ?? '', 'runs.sqlite'),
    );
    try {
      const [run] = store.runs();
      const samples = store.samples(run?.id ?? '', 'sample/1');
      assert.equal(samples.length, TRAIN.length * 4);
      assert.deepEqual(new Set(samples.map(({ verdict }) => verdict)), new Set(['passed', 'failed']));
      assert.equal(run?.config.endpoint?.url, server.url);
    } finally {
      store.close();
    }
    // What was stored is not asked again; what was lost are at most the requests in flight.
    const again = server.asked.length - 2 * TRAIN.length;
    assert.ok(again >= 0 && again <= 2, `${again} requests were asked again`);
    assert.ok(
      resumed.events.some(({ detail }) => String(detail).includes('vLLM 0.29.1, model served-model')),
    );
    assert.ok(server.keys.every((key) => key === `Bearer ${KEY}`));
    assert.deepEqual(filesWith(KEY, home), []);
    assert.ok(!(first.stdout + first.stderr + resumed.stdout + resumed.stderr).includes(KEY));
  });

  it('evaluates the server, without an export', async () => {
    const home = path.join(folder(), 'evaluated');
    const { tasks: file, model, trainerPython } = fixture;
    const evaluated = await ended(
      new LetiProcess(
        [
          ...['evaluate', '--tasks', file, '--model', model, '--samples', '4', '--json'],
          ...['--trainer-python', trainerPython ?? '', ...endpointFlags()],
        ],
        home,
      ),
    );
    const found = evaluated.events.find(({ event }) => event === 'evaluation');
    assert.deepEqual((found?.['evaluation'] as { passedTasks: number }).passedTasks, TRAIN.length);
    assert.equal(found?.['condition'], 'none');
    assert.ok(!evaluated.events.some(({ phase }) => phase === 'export'));
  });
});
