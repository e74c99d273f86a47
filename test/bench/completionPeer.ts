/**
 * The peer of completion.ts in a process of its own: node-llama-cpp, installed in a folder that is named, with a GGUF.
 * Started with `PEER_FOLDER GGUF guesses|plain THREADS`; answers each prompt with a `Measured`.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** What one completion took, seen from where it was asked. */
export interface Measured {
  text: string;
  tokens: number;
  promptTokens: number;
  firstTextMs: number;
  totalMs: number;
}

/** What we use of node-llama-cpp. */
interface Peer {
  getLlama(
    options: object,
  ): Promise<{ cpuMathCores: number; loadModel(options: object): Promise<PeerModel> }>;
  InputLookupTokenPredictor: new (options: object) => object;
  LlamaCompletion: new (options: object) => PeerCompletion;
}
interface PeerModel {
  tokenize(text: string): number[];
  createContext(options: object): Promise<{ getSequence(options: object): object }>;
}
interface PeerCompletion {
  generateCompletion(
    tokens: number[],
    options: {
      maxTokens: number;
      temperature: number;
      onTextChunk: (text: string) => void;
      onToken: (tokens: number[]) => void;
    },
  ): Promise<string>;
}

const [folder = '', gguf, mode, threads] = process.argv.slice(2);
const entry = pathToFileURL(path.resolve(folder, 'node_modules/node-llama-cpp/dist/index.js')).href;
const peer = (await import(entry)) as Peer;
const llama = await peer.getLlama({ gpu: false, build: 'never', logLevel: 'error' });
const model = await llama.loadModel({ modelPath: gguf });
const context = await model.createContext({
  contextSize: 2048,
  threads: { ideal: Number(threads), min: Number(threads) },
});
const guesses = mode === 'guesses' ? { tokenPredictor: new peer.InputLookupTokenPredictor({}) } : {};
const completion = new peer.LlamaCompletion({ contextSequence: context.getSequence(guesses) });

process.on('message', ({ prompt, maxTokens }: { prompt: string; maxTokens: number }) => {
  void complete(prompt, maxTokens).then((measured) => process.send?.(measured));
});
process.on('disconnect', () => process.exit());
process.send?.('ready');

async function complete(prompt: string, maxTokens: number): Promise<Measured> {
  const started = performance.now();
  const ids = model.tokenize(prompt);
  let firstTextMs: number | undefined;
  let tokens = 0;
  const text = await completion.generateCompletion(ids, {
    maxTokens,
    temperature: 0,
    onTextChunk: () => (firstTextMs ??= performance.now() - started),
    onToken: (some) => (tokens += some.length),
  });
  const totalMs = performance.now() - started;
  return { text, tokens, promptTokens: ids.length, firstTextMs: firstTextMs ?? totalMs, totalMs };
}
