import { mkdir, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { Machine } from '../core/learning/budget.ts';
import type { ProductRate } from '../inference/productRate.ts';
import { WorkerClient } from '../inference/workerClient.ts';
import { diskError } from '../process/diskError.ts';
import { letiHome } from '../process/letiHome.ts';
import { writeWhole } from '../process/wholeFile.ts';
import { pickProfile } from '../training/device.ts';

const FILE = 'machine.json';
const Stored = z.strictObject({
  /** Processor, cores and Node; the rate of another machine is measured again. */
  name: z.string(),
  gflops: z.number().positive(),
  gigabytes: z.number().positive(),
});

/** A machine with what is shown of it. */
export interface ProbedMachine extends Machine {
  /** 10^9 bytes per second of memory. */
  gigabytes: number;
}

/**
 * What this machine can do. The processor is measured once, for about a second, and its rate is kept in LeTI's home. Free
 * memory and accelerator are looked up each time.
 */
export async function probeMachine(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<ProbedMachine> {
  const profile = await pickProfile('auto', env);
  const { gflops, gigabytes } = await rate(letiHome(env), signal);
  return {
    ...{ gflops, gigabytes },
    memory: await freeMemory(),
    accelerator: profile === 'cpu' ? undefined : profile,
  };
}

async function rate(home: string, signal: AbortSignal | undefined): Promise<z.infer<typeof Stored>> {
  const file = path.join(home, FILE);
  const name = `${os.cpus()[0]?.model ?? os.arch()}, ${os.availableParallelism()} cores, Node ${process.version}`;
  const known = await stored(file);
  if (known?.name === name) return known;
  const measured = { name, ...(await measureMachineRate(signal)) };
  try {
    await mkdir(home, { recursive: true });
    await writeWhole(file, JSON.stringify(measured));
  } catch (error) {
    // It is measured again the next time. Who needs to store more is told then.
    if (diskError(error) === undefined) throw error;
  }
  return measured;
}

/** Undefined where nothing is stored or the file is damaged: then it is measured again. */
async function stored(file: string): Promise<z.infer<typeof Stored> | undefined> {
  try {
    return Stored.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Bytes. Linux tells what programs can get, caches included; os.freemem leaves those out on older Nodes. */
async function freeMemory(): Promise<number> {
  const meminfo = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1];
  return kilobytes === undefined ? os.freemem() : Number(kilobytes) * 1024;
}

/** Measures the processor in a process of its own, for about a second (productRate.ts). */
async function measureMachineRate(signal: AbortSignal | undefined): Promise<ProductRate> {
  const worker = new WorkerClient();
  try {
    for await (const message of worker.request({ method: 'rate' }, signal)) {
      if (message.event === 'rate') return { gflops: message.gflops, gigabytes: message.gigabytes };
    }
    throw new Error('the inference process gave no rate');
  } finally {
    await worker.close();
  }
}
