import { uniform } from '../core/random.ts';
import { InterruptedError } from '../protocol/errors.ts';
import type { GeneratedText, SampleBatch, Sampler, SampleItem } from '../protocol/sampling.ts';
import { Endpoint, type EndpointOptions } from './endpoint.ts';
import { Slots } from './slots.ts';

/** Servers read a seed as a signed number of 32 bits. */
const SEEDS = 2 ** 31;

/**
 * Samples at an endpoint, with as many requests at once as it takes. Texts of a server depend on what else it computes, so
 * they are not the same the next time.
 * @throws UserError when the endpoint cannot be used.
 */
export async function openEndpointSampler(options: EndpointOptions): Promise<Sampler> {
  const endpoint = await Endpoint.open(options);
  return endpointSampler(endpoint, options.endpoint.concurrency, options.signal);
}

/** A sampler over an open endpoint, which it closes. */
export function endpointSampler(endpoint: Endpoint, concurrency: number, signal: AbortSignal): Sampler {
  const slots = new Slots(concurrency);
  return {
    get engine() {
      return endpoint.engine;
    },
    sample: (batch, own) => sample(endpoint, slots, batch, own ?? signal),
    close: () => {
      endpoint.close();
      return Promise.resolve();
    },
  };
}

async function* sample(
  endpoint: Endpoint,
  slots: Slots,
  { items, settings }: SampleBatch,
  signal: AbortSignal,
): AsyncGenerator<GeneratedText> {
  // One request that fails ends the others of its batch.
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const ready: GeneratedText[] = [];
  let wake: () => void = () => undefined;
  let firstError: unknown;
  let open = 0;
  const ask = async (item: SampleItem, first: number, count: number): Promise<void> => {
    await slots.use(either, async () => {
      const written = await endpoint.write(
        {
          prompt: item.prompt,
          count,
          seed: Math.floor(uniform(settings.seed, settings.round, item.key, first) * SEEDS),
          temperature: settings.temperature,
          topP: settings.topP,
          topK: settings.topK,
          maxTokens: settings.maxTokens,
        },
        new RegExp(item.stop),
        either,
      );
      ready.push(...written.map((program, index) => ({ key: item.key, sample: first + index, ...program })));
    });
  };
  const requests = items.flatMap((item) => {
    const size = Math.min(item.samples, endpoint.perRequest);
    return Array.from({ length: Math.ceil(item.samples / size) }, (_, index) => {
      const first = index * size;
      return { item, first, count: Math.min(size, item.samples - first) };
    });
  });
  open = requests.length;
  const running = requests.map(({ item, first, count }) =>
    ask(item, first, count)
      .catch((error: unknown) => {
        // What the end of the batch interrupted is no cause of its own.
        if (!(error instanceof InterruptedError) || signal.aborted) firstError ??= error;
        failed.abort();
      })
      .finally(() => {
        open -= 1;
        wake();
      }),
  );
  try {
    while (open > 0 || ready.length > 0) {
      yield* ready.splice(0);
      if (firstError !== undefined) break;
      if (open > 0 && ready.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    failed.abort();
    await Promise.all(running);
  }
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- passed on as it was thrown
  if (firstError !== undefined) throw firstError;
}
