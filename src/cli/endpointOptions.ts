import { Option, type Command } from 'commander';
import { z } from 'zod';
import { EngineKind, SamplerEndpoint } from '../protocol/engines.ts';
import { flag, step, UserError } from '../protocol/errors.ts';
import { wholeNumber } from './options.ts';

/** Options of commands that can have programs written elsewhere. */
export interface EndpointFlags {
  endpoint?: string;
  endpointKind?: EngineKind;
  endpointModel?: string;
  endpointKey?: string;
  endpointConcurrency?: number;
}

/** Adds the options of an endpoint to a command. */
export function withEndpoint(command: Command): Command {
  return command
    .option('--endpoint <url>', 'server that writes the programs; it gets prompts with code of the workspace')
    .addOption(
      new Option('--endpoint-kind <kind>', 'what the server is (default: openai)').choices(
        EngineKind.options,
      ),
    )
    .option('--endpoint-model <name>', "the server's name of the model; default: its first one")
    .option('--endpoint-key <variable>', 'environment variable with the key (default: LETI_ENDPOINT_KEY)')
    .option(
      '--endpoint-concurrency <n>',
      'requests at once (default: 16)',
      wholeNumber({ min: 1, max: 1024 }),
    );
}

/** The endpoint that the options name; undefined without one. Throws a UserError that names the wrong option. */
export function endpointOf(flags: EndpointFlags): SamplerEndpoint | undefined {
  const { endpoint, endpointKind, endpointModel, endpointKey, endpointConcurrency } = flags;
  const more = { endpointKind, endpointModel, endpointKey, endpointConcurrency };
  if (endpoint === undefined) {
    if (Object.values(more).every((value) => value === undefined)) return undefined;
    throw new UserError(
      'An option of an endpoint needs its address.',
      step`Name it with ${flag('--endpoint')}.`,
      2,
    );
  }
  const read = SamplerEndpoint.safeParse({
    url: endpoint,
    kind: endpointKind,
    model: endpointModel,
    keyVariable: endpointKey,
    concurrency: endpointConcurrency,
  });
  if (read.success) return read.data;
  throw new UserError(
    `The endpoint cannot be used: ${z.prettifyError(read.error).split('\n')[0]?.replace(/^✖ /, '') ?? ''}.`,
    step`Give ${flag('--endpoint')} an address such as http://localhost:8000.`,
    2,
  );
}
