import { env } from 'onnxruntime-node';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import { countAgreement } from './agreementCount.ts';
import { decodeBatch } from './decode.ts';
import { Engine } from './engine.ts';
import { WorkerRequest, type WorkerMessage } from './messages.ts';
import { readModelFolder } from './modelFolder.ts';
import { createTokenizer, type SegmentTokenizer } from './tokenizer.ts';

interface Loaded {
  engine: Engine;
  tokenizer: SegmentTokenizer;
  endIds: ReadonlySet<number>;
}

let loaded: Loaded | undefined;
let running = new AbortController();

function send(message: WorkerMessage): void {
  process.send?.(message);
}

async function load(request: WorkerRequest & { method: 'load' }): Promise<Loaded> {
  const model = await readModelFolder(request.modelFolder);
  const tokenizer = createTokenizer(model);
  return { engine: await Engine.load(request.onnxFolder, request.threads), tokenizer, endIds: model.endIds };
}

async function answer(request: WorkerRequest): Promise<void> {
  if (request.method === 'cancel') return;
  if (request.method === 'load') {
    loaded = await load(request);
    send({ event: 'loaded', runtime: `onnxruntime-node ${env.versions.node ?? env.versions.common}` });
    return;
  }
  if (loaded === undefined) throw new Error('no model is loaded');
  const { engine, tokenizer, endIds } = loaded;
  if (request.method === 'agreement') {
    send({ event: 'agreement', ...(await countAgreement(engine, request.file, running.signal)) });
    return;
  }
  const emit = (program: (WorkerMessage & { event: 'program' })['program']): void => {
    send({ event: 'program', program });
  };
  await decodeBatch(engine, tokenizer, endIds, request.batch, emit, running.signal);
}

async function serve(raw: unknown): Promise<void> {
  try {
    const request = WorkerRequest.parse(raw);
    if (request.method === 'cancel') {
      running.abort();
      return;
    }
    running = new AbortController();
    await answer(request);
    send({ event: 'done' });
  } catch (error) {
    if (error instanceof InterruptedError) {
      send({ event: 'interrupted' });
    } else if (error instanceof UserError) {
      send({ event: 'error', message: error.message, nextStep: error.nextStep });
    } else {
      send({
        event: 'error',
        message: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
  }
}

process.on('message', (raw) => void serve(raw));
// The parent went, however it went: nobody is left to answer to.
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the parent decides what it means.
process.on('SIGINT', () => undefined);
