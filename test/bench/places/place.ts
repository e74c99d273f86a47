import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A place to complete, as `make_places.py` writes it. */
export const Place = z.strictObject({
  id: z.string(),
  kind: z.string(),
  file: z.string(),
  text: z.string(),
  offset: z.int().min(0),
  truth: z.string(),
});
export type Place = z.infer<typeof Place>;

/** What a model wrote at a place without any stop, up to a number of tokens. */
export const Raw = z.strictObject({
  id: z.string(),
  text: z.string(),
  tokens: z.int().min(0),
  /** Whether the model itself ended the text. */
  ended: z.boolean(),
  /** Length of the text after that many tokens, in characters. */
  ends: z.array(z.tuple([z.int(), z.int()])),
  omittedSpace: z.string(),
  milliseconds: z.number().optional(),
});
export type Raw = z.infer<typeof Raw>;

/** The lines of a file of JSON lines. */
export function readLines<T>(file: string, schema: z.ZodType<T>): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}
