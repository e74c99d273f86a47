import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { BOUNDS, type Bounds } from '../../../src/protocol/bounds.ts';
import { root } from '../../support/environment.ts';

const Property = z.object({
  type: z.string(),
  default: z.unknown(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});
const { configuration } = z
  .object({
    contributes: z.object({
      configuration: z.array(z.object({ properties: z.record(z.string(), Property) })),
    }),
  })
  .parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))).contributes;

describe('the bounds of numbers', () => {
  it('are the same in the manifest', () => {
    const bounds: Record<string, Bounds> = BOUNDS;
    const numbers = configuration
      .flatMap(({ properties }) => Object.entries(properties))
      .filter(([, { type }]) => type === 'integer' || type === 'number');
    assert.ok(numbers.length > 0);
    for (const [name, { minimum, maximum }] of numbers) {
      assert.deepEqual({ min: minimum, max: maximum }, bounds[name.replace('leti.', '')], name);
    }
  });
});

describe('the defaults of settings', () => {
  it('are those of a run', () => {
    const defaults = new Map<string, unknown>(Object.entries(DEFAULT_RUN));
    for (const [name, property] of configuration.flatMap(({ properties }) => Object.entries(properties))) {
      const known = defaults.get(name.replace('leti.', ''));
      if (known !== undefined) assert.deepEqual(property.default, known, name);
    }
  });
});
