import path from 'node:path';
import { z } from 'zod';
import { readJson, remakeExport } from './modelFolder.ts';

const GenaiConfig = z.object({
  model: z.object({
    context_length: z.int().positive(),
    vocab_size: z.int().positive(),
    decoder: z.object({
      filename: z.string(),
      head_size: z.int().positive(),
      num_hidden_layers: z.int().positive(),
      num_key_value_heads: z.int().positive(),
      inputs: z.object({ past_key_names: z.string(), past_value_names: z.string() }),
      outputs: z.object({ present_key_names: z.string(), present_value_names: z.string() }),
    }),
  }),
});

/** The facts about an exported graph that decoding needs. Sizes are in elements. */
export interface GraphConfig {
  graph: string;
  contextLength: number;
  vocabulary: number;
  headSize: number;
  heads: number;
  /** Names of the input and the output of each layer's keys and of each layer's values. */
  caches: { past: string; present: string }[];
}

/** Reads the `genai_config.json` that the model builder writes next to a graph. Throws a UserError if it is missing or wrong. */
export async function readGraphConfig(folder: string): Promise<GraphConfig> {
  const { model } = await readJson(path.join(folder, 'genai_config.json'), GenaiConfig, remakeExport(folder));
  const { decoder } = model;
  const layers = Array.from({ length: decoder.num_hidden_layers }, (_, layer) => String(layer));
  return {
    graph: path.join(folder, decoder.filename),
    contextLength: model.context_length,
    vocabulary: model.vocab_size,
    headSize: decoder.head_size,
    heads: decoder.num_key_value_heads,
    caches: layers.flatMap((layer) => [
      {
        past: decoder.inputs.past_key_names.replace('%d', layer),
        present: decoder.outputs.present_key_names.replace('%d', layer),
      },
      {
        past: decoder.inputs.past_value_names.replace('%d', layer),
        present: decoder.outputs.present_value_names.replace('%d', layer),
      },
    ]),
  };
}
