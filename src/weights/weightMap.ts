import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

/** Beside an exported graph; python/leti_trainer/models/weight_map.py writes it. */
export const MAP_FILE = 'weight_map.json';

/** A part of the data file, in bytes. */
const Place = z.strictObject({ offset: z.int().min(0), length: z.int().min(0) });
export type Place = z.infer<typeof Place>;

/** What a part of the data file holds. The rows of the tensors in `from` follow each other. */
const Part = z.discriminatedUnion('form', [
  /** What the configuration alone decides, such as the cosines of positions. */
  z.strictObject({ form: z.literal('constant'), at: Place }),
  /** Rows of float32. */
  z.strictObject({ form: z.literal('rows'), from: z.array(z.string()).min(1), at: Place }),
  /** Float32, each row a column. */
  z.strictObject({ form: z.literal('transposed'), from: z.array(z.string()).min(1), at: Place }),
  /** See quantiseRows. */
  z.strictObject({
    form: z.literal('q8'),
    from: z.array(z.string()).min(1),
    block: z.int().positive(),
    at: Place,
    scales: Place,
  }),
]);
export type Part = z.infer<typeof Part>;

/** Which tensors of a model the data file of its graph holds, and where and how. */
const WeightMap = z.strictObject({
  format: z.literal(1),
  /** Name of the data file. */
  data: z.string().regex(/^[\w.-]+$/),
  /** Shapes of all tensors of the model. */
  tensors: z.record(z.string(), z.array(z.int().min(0))),
  parts: z.array(Part).min(1),
  /** The forms of a config.json that the graph was made for: as the model's maker writes it, and as transformers does. */
  configs: z.array(z.record(z.string(), z.unknown())).min(1),
});
export type WeightMap = z.infer<typeof WeightMap>;

/** The map of an exported folder; undefined where it has none that this version reads. */
export async function readWeightMap(exportFolder: string): Promise<WeightMap | undefined> {
  try {
    return WeightMap.parse(JSON.parse(await readFile(path.join(exportFolder, MAP_FILE), 'utf8')));
  } catch (error) {
    const missing = ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (missing || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
