import { z } from 'zod';
import { BOUNDS, within, wholeWithin } from './bounds.ts';

/** A part of a training text. `core` writes it, Python only tokenises it. `weight` multiplies the loss of its tokens. */
export const TrainingSegment = z.strictObject({
  text: z.string(),
  kind: z.enum(['frame', 'text']),
  role: z.enum(['verdict', 'feedback', 'task', 'program', 'end', 'pretrain']),
  weight: z.number().min(0),
});
export type TrainingSegment = z.infer<typeof TrainingSegment>;

export const TrainingExample = z.strictObject({
  id: z.string(),
  segments: z.array(TrainingSegment).min(1),
});
export type TrainingExample = z.infer<typeof TrainingExample>;

export const TrainingSettings = z.strictObject({
  method: z.enum(['auto', 'full', 'lora']),
  /** Peak rate; without it the method's own. */
  learningRate: within(BOUNDS.learningRate).optional(),
  epochs: wholeWithin(BOUNDS.epochs),
  /** Exactly so many steps, of as many epochs as that takes; 0 is as many as the epochs have. */
  steps: z.int().min(0).default(0),
  /** Examples whose gradients make one step. */
  batchSize: wholeWithin(BOUNDS.batchSize),
  /** Examples computed at once; halved by the trainer when memory runs out. */
  microBatchSize: z.int().positive(),
  maxTokens: z.int().positive(),
  warmupFraction: z.number().min(0).max(1),
  weightDecay: z.number().min(0),
  clipNorm: z.number().positive(),
  loraRank: z.int().positive(),
  seed: z.int().min(0),
  /** Steps between checkpoints from which a killed training resumes. */
  checkpointSteps: z.int().positive(),
});
export type TrainingSettings = z.infer<typeof TrainingSettings>;

export const Device = z.enum(['auto', 'cpu', 'cuda', 'mps']);
export type Device = z.infer<typeof Device>;
export const Precision = z.enum(['fp32', 'int8']);
export type Precision = z.infer<typeof Precision>;

/** Version of the messages below; the trainer refuses another one. */
export const TRAINER_PROTOCOL = 1;

/** What the trainer process is asked, one JSON object a line on its standard input; one request at a time. */
export const TrainerRequest = z.discriminatedUnion('method', [
  z.strictObject({ method: z.literal('hello'), protocol: z.int() }),
  /**
   * Turns a GGUF file into a model folder (safetensors, config, tokenizer). `out` must not exist and appears whole.
   * `gguf` is a path, or `package:NAME` for the file of an installed package; `sha256` is its hash.
   */
  z.strictObject({
    method: z.literal('convert'),
    gguf: z.string(),
    sha256: z.string(),
    out: z.string(),
  }),
  /**
   * Brings a hub id to a model folder, through huggingface_hub. `revision` is a commit, or empty for the newest; without
   * `files` all files of a model are fetched. What was fetched stays in `work` until `out` appears whole.
   */
  z.strictObject({
    method: z.literal('download'),
    hubId: z.string(),
    revision: z.string(),
    /** `bytes` is 0 and `sha256` empty where only the revision pins the file. */
    files: z.array(z.strictObject({ name: z.string(), bytes: z.int().min(0), sha256: z.string() })),
    work: z.string(),
    out: z.string(),
  }),
  /** Joins a file whose parts lie in the package index. What was fetched stays in `work`; answers MirrorFile. */
  z.strictObject({
    method: z.literal('mirror'),
    parts: z
      .array(
        z.strictObject({
          package: z.string(),
          version: z.string(),
          bytes: z.int().positive(),
          sha256: z.string(),
        }),
      )
      .min(1),
    sha256: z.string(),
    work: z.string(),
  }),
  /** Loads a sampler. `engine: onnx` wants an exported folder, `torch` a model folder. */
  z.strictObject({
    method: z.literal('load'),
    engine: z.enum(['onnx', 'torch']),
    folder: z.string(),
    tokenizer: z.string(),
    device: Device,
    threads: z.int().min(0),
  }),
  /** Frees the sampler's memory. `convert`, `train`, `export`, `choices` and `measure` do so too before they begin. */
  z.strictObject({ method: z.literal('unload') }),
  /** Answers `program` events, then `done`. */
  z.strictObject({ method: z.literal('sample'), batch: z.unknown() }),
  /** `examples` is a JSON-lines file of TrainingExample; checkpoints live in `work`; `out` appears whole. */
  z.strictObject({
    method: z.literal('train'),
    model: z.string(),
    examples: z.string(),
    out: z.string(),
    work: z.string(),
    device: Device,
    threads: z.int().min(0),
    settings: TrainingSettings,
  }),
  /**
   * Exports a model folder to ONNX into `out`, which appears whole, with `weight_map.json` where the graph is understood
   * (src/weights/weightMap.ts).
   */
  z.strictObject({ method: z.literal('export'), model: z.string(), out: z.string(), precision: Precision }),
  /** What torch finds likeliest after each token of a JSON-lines file of TrainingExample; see Choices. */
  z.strictObject({
    method: z.literal('choices'),
    model: z.string(),
    texts: z.string(),
    threads: z.int().min(0),
    maxTokens: z.int().min(2),
  }),
  /** How likely a model finds the texts of a JSON-lines file of TrainingExample; see Likelihoods. */
  z.strictObject({
    method: z.literal('measure'),
    model: z.string(),
    texts: z.string(),
    device: Device,
    threads: z.int().min(0),
    maxTokens: z.int().min(2),
  }),
]);
export type TrainerRequest = z.infer<typeof TrainerRequest>;

/** The result of a `download` request: the commit that the files are of. */
export const Downloaded = z.object({ revision: z.string().min(1) });

/** The result of a `mirror` request: the path of the joined file. */
export const MirrorFile = z.object({ gguf: z.string().min(1) });

/** The result of a `train` request. */
export const Trained = z.strictObject({
  steps: z.int(),
  tokens: z.number(),
  seconds: z.number(),
  finalLoss: z.number(),
  method: z.string(),
  precision: z.string(),
  /** Useful billions of operations per second, and the machine's own rate in a matrix product; not in records of earlier versions. */
  gflops: z.number().optional(),
  matmulGflops: z.number().optional(),
});
export type Trained = z.infer<typeof Trained>;

/** The result of a `choices` request: token ids, and torch's likeliest next token after each of them. */
export const Choices = z.strictObject({
  sequences: z
    .array(
      z
        .strictObject({ ids: z.array(z.int().min(0)).min(1), top1: z.array(z.int().min(0)) })
        .refine(({ ids, top1 }) => ids.length === top1.length, 'ids and top1 differ in length'),
    )
    .min(1),
});
export type Choices = z.infer<typeof Choices>;

/** The result of a `measure` request, text by text: nats over all tokens that have a weight, and these tokens' weight. */
export const Likelihoods = z.strictObject({
  texts: z.array(z.strictObject({ loss: z.number(), weight: z.number().positive() })),
});
export type Likelihoods = z.infer<typeof Likelihoods>;

/** What it answers, one JSON object a line on its standard output. Every request ends with `done` or `error`. */
export const TrainerEvent = z.discriminatedUnion('event', [
  z.strictObject({
    event: z.literal('program'),
    key: z.int(),
    sample: z.int(),
    text: z.string(),
    tokens: z.int(),
    finish: z.enum(['end', 'stop', 'length']),
  }),
  z.strictObject({ event: z.literal('progress'), phase: z.string(), done: z.number(), total: z.number() }),
  z.strictObject({
    event: z.literal('step'),
    step: z.int(),
    steps: z.int(),
    loss: z.number(),
    learningRate: z.number(),
    gradNorm: z.number(),
    tokens: z.int(),
    seconds: z.number(),
  }),
  /** Something that the user should know and that does not stop the work (batch halved, text truncated). */
  z.strictObject({ event: z.literal('notice'), message: z.string() }),
  z.strictObject({ event: z.literal('done'), result: z.record(z.string(), z.unknown()) }),
  /** `code`: bad_model, bad_input, out_of_memory, no_network, no_space, protocol, internal. */
  z.strictObject({ event: z.literal('error'), code: z.string(), message: z.string() }),
]);
export type TrainerEvent = z.infer<typeof TrainerEvent>;
