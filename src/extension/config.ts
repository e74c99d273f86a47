import * as vscode from 'vscode';
import { z } from 'zod';
import { DEFAULT_RUN } from '../core/defaults.ts';
import { SamplerEndpoint } from '../protocol/engines.ts';
import { ObjectiveChoice } from '../protocol/model.ts';
import { RunConfig } from '../protocol/run.ts';
import { Device } from '../protocol/training.ts';

/** What the user's server is, without what only the command line can say. An empty object names none. */
const Endpoint = z.preprocess(
  (value) =>
    value !== null && typeof value === 'object' && Object.keys(value).length > 0 ? value : undefined,
  SamplerEndpoint.pick({ url: true, kind: true, model: true, concurrency: true })
    .transform((named) => SamplerEndpoint.parse(named))
    .optional(),
);

/** The settings `leti.*`, with the types of the manifest. The default replaces a value of another type. */
const SETTINGS = {
  python: z.string().default(''),
  allowUncontained: z.boolean().default(false),
  model: z.string().min(1).default(DEFAULT_RUN.model),
  objective: ObjectiveChoice.default(DEFAULT_RUN.objective),
  rounds: RunConfig.shape.rounds.default(DEFAULT_RUN.rounds),
  samples: RunConfig.shape.samples.default(DEFAULT_RUN.samples),
  device: Device.default(DEFAULT_RUN.device),
  sealedOnly: z.boolean().default(DEFAULT_RUN.sealedOnly),
  runTests: z.boolean().default(DEFAULT_RUN.runTests),
  historyCommits: RunConfig.shape.historyCommits,
  endpoint: Endpoint,
  'completion.enabled': z.boolean().default(true),
  'completion.verifyOnIdle': z.boolean().default(false),
  'completion.learnFromUse': z.boolean().default(false),
} as const;
type Name = keyof typeof SETTINGS;
export type Settings = { [N in Name]: z.infer<(typeof SETTINGS)[N]> };

export const SETTING_NAMES = Object.keys(SETTINGS) as Name[];

/** The settings of a folder. `onWrong` gets a message for each wrong value. */
export function readSettings(folder: vscode.Uri, onWrong: (message: string) => void): Settings {
  const configuration = vscode.workspace.getConfiguration('leti', folder);
  const read = (name: Name): unknown => {
    const schema: z.ZodType = SETTINGS[name];
    const found = schema.safeParse(configuration.get(name) ?? undefined);
    if (found.success) return found.data;
    onWrong(
      `The setting leti.${name} has a wrong value, so its default applies: ${found.error.issues[0]?.message ?? 'wrong type'}.`,
    );
    return schema.parse(undefined);
  };
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, read(name)])) as Settings;
}
