import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { DEFAULT_RUN } from '../../../src/core/defaults.ts';
import { BOUNDS, type Bounds } from '../../../src/protocol/bounds.ts';
import { Experiment } from '../../../src/protocol/experiment.ts';
import { RunConfig, StoredRunConfig } from '../../../src/protocol/run.ts';
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

describe('numbers beyond the bounds', () => {
  const config = { ...DEFAULT_RUN, workspace: '/project', samples: 300, rounds: 60, maxTokens: 10_000 };

  it('are refused where a person gives them', () => {
    assert.equal(RunConfig.safeParse(config).success, false);
    const experiment = {
      ...{ format: 1, question: 'Which?', tasks: 'a', validation: 'b', rounds: 1, validationSamples: 1 },
      ...{ samples: 300, seeds: [1], arms: { one: { objective: 'rejection' } } },
    };
    assert.equal(Experiment.safeParse(experiment).success, false);
    assert.equal(Experiment.safeParse({ ...experiment, samples: 256 }).success, true);
  });

  it('are shown in a run that an earlier version stored', () => {
    assert.equal(StoredRunConfig.parse(config).config.samples, 300);
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
