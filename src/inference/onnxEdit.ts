/**
 * Edits of an exported graph, done in memory on the bytes of its `model.onnx` (protobuf; field numbers are those of
 * onnx.proto). Only fields that are changed are parsed.
 */

/** Names of what the edits add to a graph. */
export const ADDED = { firstLogits: 'leti.first_logits', done: 'leti.done' } as const;

const HIDDEN = 'leti.hidden';
const ENDS = 'leti.ends';
const AXES = 'leti.axes';

const MODEL = { graph: 7 };
const GRAPH = { node: 1, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, opType: 4 };
const TENSOR = { dims: 1, type: 2, name: 8, raw: 9 };
const VALUE = { name: 1, type: 2 };
const TYPE = { tensor: 1, sequence: 4 };
const INT64 = 7;
/** Operators that multiply hidden states with the vocabulary, position by position. */
const HEADS = ['MatMul', 'MatMulNBits'];
const LAST = 9223372036854775807n;

interface Field {
  number: number;
  /** The field as it stands, tag and length included. */
  bytes: Uint8Array;
  /** Content of a field that has a length. */
  content: Uint8Array;
}

/**
 * Two additions to a graph. `leti.first_logits`, an input, is the first position whose logits are computed: a vocabulary of
 * numbers for each token of a prompt, of which one is used, would cost a fifth of reading it. `leti.done`, the first
 * output, is a sequence; see `Graph.run` for what it is good for. Undefined where the graph does not end in the
 * product that is expected.
 */
export function editGraph(model: Uint8Array): Uint8Array | undefined {
  const fields = parse(model);
  const graph = fields.find(({ number }) => number === MODEL.graph);
  if (graph === undefined) return undefined;
  const edited = editFields(parse(graph.content));
  if (edited === undefined) return undefined;
  return join(
    fields.map((field) => (field === graph ? lengthDelimited(MODEL.graph, join(edited)) : field.bytes)),
  );
}

function editFields(fields: readonly Field[]): Uint8Array[] | undefined {
  const head = fields.find(
    ({ number, content }) => number === GRAPH.node && texts(content, NODE.output).includes('logits'),
  );
  if (head === undefined) return undefined;
  const [hidden] = texts(head.content, NODE.input);
  const [operator] = texts(head.content, NODE.opType);
  if (hidden === undefined || !HEADS.includes(operator ?? '')) return undefined;
  const firstOutput = fields.find(({ number }) => number === GRAPH.output);
  return [
    ...fields.flatMap((field) => {
      if (field === firstOutput)
        return [lengthDelimited(GRAPH.output, sequenceValue(ADDED.done)), field.bytes];
      if (field !== head) return [field.bytes];
      const slice = [hidden, ADDED.firstLogits, ENDS, AXES];
      return [
        lengthDelimited(GRAPH.node, node('Slice', slice, HIDDEN)),
        lengthDelimited(GRAPH.node, node('SequenceConstruct', [ADDED.firstLogits], ADDED.done)),
        lengthDelimited(GRAPH.node, withFirstInput(head.content, HIDDEN)),
      ];
    }),
    lengthDelimited(GRAPH.initializer, int64Constant(ENDS, LAST)),
    lengthDelimited(GRAPH.initializer, int64Constant(AXES, 1n)),
    lengthDelimited(GRAPH.input, value(ADDED.firstLogits, lengthDelimited(TYPE.tensor, vectorType()))),
  ];
}

function node(operator: string, inputs: readonly string[], output: string): Uint8Array {
  return join([
    ...inputs.map((input) => text(NODE.input, input)),
    text(NODE.output, output),
    text(NODE.name, output),
    text(NODE.opType, operator),
  ]);
}

function withFirstInput(content: Uint8Array, input: string): Uint8Array {
  const fields = parse(content);
  const first = fields.find(({ number }) => number === NODE.input);
  return join(fields.map((field) => (field === first ? text(NODE.input, input) : field.bytes)));
}

function int64Constant(name: string, number: bigint): Uint8Array {
  const raw = new Uint8Array(8);
  new DataView(raw.buffer).setBigInt64(0, number, true);
  return join([
    varintField(TENSOR.dims, 1),
    varintField(TENSOR.type, INT64),
    text(TENSOR.name, name),
    lengthDelimited(TENSOR.raw, raw),
  ]);
}

function sequenceValue(name: string): Uint8Array {
  const element = lengthDelimited(TYPE.tensor, vectorType());
  return value(name, lengthDelimited(TYPE.sequence, lengthDelimited(1, element)));
}

function value(name: string, type: Uint8Array): Uint8Array {
  return join([text(VALUE.name, name), lengthDelimited(VALUE.type, type)]);
}

/** The type of an int64 tensor with one element: element type, shape, its one dimension, of size 1. */
function vectorType(): Uint8Array {
  return join([varintField(1, INT64), lengthDelimited(2, lengthDelimited(1, varintField(1, 1)))]);
}

function texts(content: Uint8Array, number: number): string[] {
  return parse(content)
    .filter((field) => field.number === number)
    .map((field) => new TextDecoder().decode(field.content));
}

function text(number: number, content: string): Uint8Array {
  return lengthDelimited(number, new TextEncoder().encode(content));
}

function lengthDelimited(number: number, content: Uint8Array): Uint8Array {
  return join([varint((number << 3) | 2), varint(content.length), content]);
}

function varintField(number: number, content: number): Uint8Array {
  return join([varint(number << 3), varint(content)]);
}

function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = number; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The fields of a message, in order. */
function parse(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const readVarint = (): number => {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at];
      if (byte === undefined) throw new RangeError('the graph ends in the middle of a field');
      at += 1;
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = readVarint();
    let content = at;
    if (tag % 8 === 0) {
      readVarint();
    } else if (tag % 8 === 2) {
      const length = readVarint();
      content = at;
      at += length;
    } else if (tag % 8 === 1 || tag % 8 === 5) {
      at += tag % 8 === 1 ? 8 : 4;
    } else {
      throw new RangeError(`the graph holds a field of unknown kind ${tag % 8}`);
    }
    if (at > message.length) throw new RangeError('the graph ends in the middle of a field');
    fields.push({
      number: Math.floor(tag / 8),
      bytes: message.subarray(start, at),
      content: message.subarray(content, at),
    });
  }
  return fields;
}
