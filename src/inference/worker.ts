import { env } from 'onnxruntime-node';
import { z } from 'zod';
import type { CompletionRequest } from '../protocol/completion.ts';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import { countAgreement } from './agreementCount.ts';
import { completePrompt, type CompletionTools } from './complete.ts';
import { decodeBatch } from './decode.ts';
import { DraftLength } from './tokens/draftTokens.ts';
import { Engine } from './engine.ts';
import { WorkerRequest, type WorkerMessage, type WorkerReply } from './messages.ts';
import { readModelFolder } from './modelFolder.ts';
import { measureProductRate } from './productRate.ts';
import { loadFastest } from './providers.ts';
import { ReusedRow } from './reusedRow.ts';
import { createTokenizer } from './tokens/tokenizer.ts';
import { UrgentFirst } from './urgentFirst.ts';

interface Loaded extends CompletionTools {
  engine: Engine;
}

/** The part of a request that every answer needs, even an error about the request. */
const Call = z.object({ id: z.int(), request: z.looseObject({ method: z.string() }) });

type Send = (message: WorkerMessage) => void;

let loaded: Loaded | undefined;
const urgentFirst = new UrgentFirst();
/** Open requests by their ids. */
const running = new Map<number, AbortController>();
/** The last request of each of the two queues. */
let completions = Promise.resolve();
let others = Promise.resolve();

async function load(request: WorkerRequest & { method: 'load' }, send: Send): Promise<void> {
  const { modelFolder, onnxFolder, threads, spinning } = request;
  const model = await readModelFolder(modelFolder);
  const tokenizer = createTokenizer(model);
  const { graph, providers } = await loadFastest(onnxFolder, { threads, spinning }, request.providers);
  loaded = {
    engine: new Engine(graph, () => urgentFirst.whenFree()),
    row: new ReusedRow(graph),
    drafts: new DraftLength(),
    tokenizer,
    endIds: model.endIds,
  };
  const runtime = `onnxruntime-node ${env.versions.node ?? env.versions.common}`;
  send({ event: 'loaded', runtime, providers });
}

function model(): Loaded {
  if (loaded === undefined) throw new Error('no model is loaded');
  return loaded;
}

async function complete(
  { request, stream }: { request: CompletionRequest; stream: boolean },
  send: Send,
  signal: AbortSignal,
): Promise<void> {
  const onText = stream
    ? (text: string): void => {
        send({ event: 'text', text });
      }
    : (): void => undefined;
  send({ event: 'completion', answer: await completePrompt(model(), request, signal, onText) });
}

async function answer(request: WorkerRequest, send: Send, signal: AbortSignal): Promise<void> {
  switch (request.method) {
    case 'load':
      await load(request, send);
      break;
    case 'complete':
      await complete(request, send, signal);
      break;
    case 'agreement':
      send({
        event: 'agreement',
        ...(await countAgreement(model().engine, request.file, request.tokens, signal)),
      });
      break;
    case 'rate':
      send({ event: 'rate', ...(await measureProductRate()) });
      break;
    case 'sample': {
      const { engine, tokenizer, endIds } = model();
      const emit = (program: (WorkerMessage & { event: 'program' })['program']): void => {
        send({ event: 'program', program });
      };
      await decodeBatch(engine, tokenizer, endIds, request.batch, emit, signal);
      break;
    }
    case 'cancel':
      break;
  }
}

/** Answers a request, up to its last message. */
async function finish(raw: unknown, send: Send, signal: AbortSignal): Promise<void> {
  try {
    const request = WorkerRequest.parse(raw);
    if (signal.aborted) throw new InterruptedError();
    await answer(request, send, signal);
    send({ event: 'done' });
  } catch (error) {
    send(endOf(error));
  }
}

function endOf(error: unknown): WorkerMessage {
  if (error instanceof InterruptedError) return { event: 'interrupted' };
  if (error instanceof UserError) {
    return { event: 'error', message: error.message, nextStep: error.nextStep };
  }
  return { event: 'error', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function serve({ id, request }: z.infer<typeof Call>): void {
  if (request.method === 'cancel') {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  const send: Send = (message) => {
    process.send?.({ id, message } satisfies WorkerReply);
  };
  const work = async (): Promise<void> => {
    await finish(request, send, controller.signal);
    running.delete(id);
  };
  if (request.method === 'complete') {
    const before = completions;
    // The request is urgent from now on, also while it waits for those before it.
    completions = urgentFirst.urgent(async () => {
      await before;
      await work();
    });
  } else {
    others = others.then(work);
  }
}

process.on('message', (raw) => {
  serve(Call.parse(raw));
});
// The parent has ended, so no one reads the answers.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group. The parent decides how to react.
process.on('SIGINT', () => undefined);
