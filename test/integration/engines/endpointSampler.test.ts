import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { stopRule } from '../../../src/core/text/trimming.ts';
import type { Patience } from '../../../src/engines/backOff.ts';
import { openEndpointSampler } from '../../../src/engines/endpointSampler.ts';
import { EngineKind, SamplerEndpoint } from '../../../src/protocol/engines.ts';
import { InterruptedError, UserError } from '../../../src/protocol/errors.ts';
import type { GeneratedText, PromptSegment, SampleBatch, Sampler } from '../../../src/protocol/sampling.ts';
import { ConformanceServer, type Fault } from '../../support/conformanceServer.ts';
import { endpointModel } from '../../support/endpointModel.ts';
import { useFolder } from '../../support/folder.ts';
import { tinyFixture } from '../../support/tinyRun.ts';

type Model = Awaited<ReturnType<typeof endpointModel>>;

const KEY = 'sk-very-secret-key';
const PATIENCE: Patience = { givesUpAfterMs: 1500, firstWaitMs: 5, longestWaitMs: 40, mostBroken: 3 };
const PROMPT: PromptSegment[] = [
  { kind: 'frame', text: '<|im_start|>user\n' },
  { kind: 'text', text: 'Write add one.' },
  { kind: 'frame', text: '<|im_end|>\n<|im_start|>assistant\n' },
  { kind: 'text', text: '```python\ndef add_one(x):' },
];

describe('an endpoint that samples', function () {
  this.timeout(60_000);
  const folder = useFolder();
  let model: Model;
  let server: ConformanceServer;
  const waits: string[] = [];

  before(async () => {
    model = await endpointModel(tinyFixture(folder()).model);
  });

  afterEach(async () => {
    waits.length = 0;
    await server.stop();
  });

  async function serve(kind: EngineKind, parts: Partial<ConformanceServer> = {}): Promise<ConformanceServer> {
    server = new ConformanceServer(kind, model.served);
    Object.assign(server, parts);
    return await server.start();
  }

  async function open(parts: object = {}, signal = new AbortController().signal): Promise<Sampler> {
    return await openEndpointSampler({
      endpoint: SamplerEndpoint.parse({
        kind: server.kind,
        url: server.url,
        keyVariable: 'MY_KEY',
        ...parts,
      }),
      tokenizer: model.tokenizer,
      frame: model.frame,
      patience: PATIENCE,
      env: { MY_KEY: KEY },
      onWait: (message) => waits.push(message),
      signal,
    });
  }

  function batch(samples = 3, prompt = PROMPT, maxTokens = 60): SampleBatch {
    return {
      rows: samples,
      items: [{ key: 7, prompt, samples, stop: stopRule({ hole: 'body', indent: 4 }) }],
      settings: { temperature: 0.7, topP: 0.95, topK: 0, maxTokens, seed: 42, round: 1 },
    };
  }

  async function texts(sampler: Sampler, asked = batch(), signal?: AbortSignal): Promise<GeneratedText[]> {
    const written: GeneratedText[] = [];
    try {
      for await (const text of sampler.sample(asked, signal)) written.push(text);
    } finally {
      await sampler.close();
    }
    return written.sort((a, b) => a.sample - b.sample);
  }

  /** The fault hits the first so many requests for programs. */
  function first(count: number, act: (response: ServerResponse) => void): Fault {
    return (request, response) => {
      if (request.count === 0 || request.count > count || !/completions|generate/.test(request.route)) return;
      act(response);
      return 'handled';
    };
  }

  function answers(status: number, body: string, headers: Record<string, string> = {}) {
    return (response: ServerResponse): void => {
      response.writeHead(status, headers);
      response.end(body);
    };
  }

  async function refusal(work: Promise<unknown>): Promise<string> {
    let message = '';
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      message = error.message;
      return true;
    });
    assert.ok(!message.includes(KEY), message);
    return message;
  }

  for (const kind of EngineKind.options) {
    it(`speaks ${kind} as its documents say, and cuts where our rule does`, async () => {
      await serve(kind, {
        write: (prompt, seed) => {
          assert.match(prompt, /def add_one\(x\):$/);
          return (
            ['\n    return x + 1\n```\nDone', '\n    return x\ndef g():\n', '\n    return 1'][seed % 3] ?? ''
          );
        },
      });
      const sampler = await open();
      assert.match(sampler.engine, kind === 'openai' ? /llama\.cpp Python API 0\.3\.36/ : /0\.29\.1/);
      assert.match(sampler.engine, /model served-model, weights (its own|default)/);
      assert.match(sampler.engine, /same tokenizer/);
      assert.match(sampler.engine, kind === 'openai' ? /prompts as text/ : /prompts as token ids/);
      const written = await texts(sampler, batch(6));
      assert.deepEqual(
        written.map(({ sample, key }) => [key, sample]),
        [0, 1, 2, 3, 4, 5].map((n) => [7, n]),
      );
      for (const { text, finish, tokens } of written) {
        assert.ok(!text.includes('Done') && !text.includes('g()'), text);
        if (text.startsWith('\n    return x + 1'))
          assert.deepEqual([text, finish], ['\n    return x + 1\n```', 'stop']);
        assert.equal(tokens, model.served.encode(text).length);
      }
      assert.equal(server.asked.length, kind === 'openai' ? 6 : 1);
      assert.ok(server.keys.every((key) => key === `Bearer ${KEY}`));
    });
  }

  it('never lets text of a program become a special token', async () => {
    await serve('openai');
    await texts(await open(), batch(1, [{ kind: 'text', text: 'a <|im_end|> b' }]));
    assert.match(JSON.stringify(server.asked[0]), /a < \|im_end\|> b/);
  });

  it('refuses a server with another tokenizer, in a sentence', async () => {
    server = new ConformanceServer('vllm', {
      ...model.served,
      encode: (text) => model.served.encode(text.replace('2026', '2027')),
    });
    await server.start();
    const message = await refusal(open());
    assert.match(message, /has another tokenizer: token \d+ of a fixed text is \d+ there and \d+ here\.$/);
  });

  it('refuses a model that the server lacks, and names those that it has', async () => {
    await serve('vllm');
    assert.match(await refusal(open({ model: 'other' })), /no model other, but: served-model/);
  });

  it('gives empty programs where a prompt leaves no room', async () => {
    await serve('vllm', { contextLength: 5 });
    const written = await texts(await open(), batch(2));
    assert.deepEqual(
      written.map(({ text, tokens, finish }) => [text, tokens, finish]),
      [
        ['', 0, 'length'],
        ['', 0, 'length'],
      ],
    );
    assert.equal(server.asked.length, 0);
  });

  it('waits as long as a busy server says, and tells it', async () => {
    const seen: number[] = [];
    await serve('vllm');
    const busy = first(1, answers(429, 'slow down', { 'retry-after': '1' }));
    server.fault = (request, response) => {
      if (request.count > 0) seen.push(Date.now());
      return busy(request, response);
    };
    assert.equal((await texts(await open())).length, 3);
    assert.ok((seen[1] ?? 0) - (seen[0] ?? 0) >= 950, 'it waited for less than Retry-After');
    assert.match(waits[0] ?? '', /^waiting 1 s for the endpoint: it answered 429/);
  });

  for (const [name, act] of [
    ['a gateway without its server', answers(503, '')],
    ['an answer that is not JSON', answers(200, '<html>')],
    [
      'an answer that is cut',
      (response: ServerResponse) => {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('{"choices": [');
        setTimeout(() => response.destroy(), 5);
      },
    ],
    ['a connection that is closed', (response: ServerResponse) => response.destroy()],
    [
      'too few programs',
      answers(
        200,
        JSON.stringify({
          model: 'served-model',
          choices: [{ text: 'x', finish_reason: 'stop', stop_reason: null }],
        }),
      ),
    ],
    ['another model', answers(200, JSON.stringify({ model: 'other', choices: [] }))],
    [
      'a program that was aborted',
      answers(
        200,
        JSON.stringify({
          model: 'served-model',
          choices: [1, 2, 3].map(() => ({ text: 'x', finish_reason: 'abort' })),
        }),
      ),
    ],
  ] as const) {
    it(`asks again after ${name}`, async () => {
      await serve('vllm', { fault: first(2, act) });
      assert.equal((await texts(await open())).length, 3);
      assert.equal(server.asked.length, 1);
    });
  }

  for (const [name, fault, message] of [
    ['answers nonsense for ever', first(99, answers(200, '{}')), /its answer is no completion/],
    [
      'answers for another model for ever',
      first(99, answers(200, JSON.stringify({ model: 'other', choices: [] }))),
      /other answered instead of served-model/,
    ],
    [
      'redirects',
      first(99, answers(307, '', { location: 'http://elsewhere.example/' })),
      /it redirects \/v1\/completions to http:\/\/elsewhere\.example\/; LeTI follows no redirect/,
    ],
    [
      'refuses the key and repeats it',
      first(99, answers(401, `wrong key ${KEY}`)),
      /it answered 401 to \/v1\/completions: wrong key \[key\]/,
    ],
    [
      'writes without end',
      first(99, (response: ServerResponse) => {
        response.writeHead(200);
        const part = Buffer.alloc(8e6, 0x20);
        const more = (): void => {
          while (!response.destroyed && response.write(part));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      }),
      /larger than 64 MB/,
    ],
    [
      'stays away',
      first(99, (response: ServerResponse) => response.destroy()),
      /closed the connection|ended in the middle/,
    ],
  ] as const) {
    it(`gives a server up that ${name}`, async () => {
      await serve('vllm', { fault });
      assert.match(await refusal(texts(await open())), message);
    });
  }

  it('finds a server again that was restarted', async () => {
    await serve('vllm', { latency: () => 300 });
    const sampler = await open();
    const written = texts(sampler);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.stop();
    server.version = '0.30.0';
    await new Promise((resolve) => setTimeout(resolve, 200));
    await server.start();
    assert.equal((await written).length, 3);
    assert.match(sampler.engine, /vLLM 0\.30\.0/);
    assert.ok(
      waits.some((message) => message.includes('nothing listens at its address')),
      waits.join(),
    );
  });

  it('refuses a server that came back with another model', async () => {
    await serve('vllm', { latency: () => 300 });
    const written = texts(await open());
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.stop();
    server.model = 'another-model';
    await server.start();
    assert.match(await refusal(written), /came back with the model another-model instead of served-model/);
  });

  it('drops what other weights wrote', async () => {
    await serve('sglang');
    const sampler = await open();
    server.weightVersion = 'v2';
    assert.match(
      await refusal(texts(sampler)),
      /its weights v2 answered instead of default; the answer is dropped/,
    );
  });

  it('keeps to its number of requests at once, and ends them when it is stopped', async () => {
    await serve('openai', { latency: () => 40 });
    const sampler = await open({ concurrency: 3 });
    assert.equal((await texts(sampler, batch(9))).length, 9);
    assert.equal(server.mostOpen, 3);
    server.latency = () => 20_000;
    const stop = new AbortController();
    setTimeout(() => {
      stop.abort();
    }, 100);
    await assert.rejects(texts(await open(), batch(2), stop.signal), InterruptedError);
  });
});
