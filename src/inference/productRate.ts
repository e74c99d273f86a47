import os from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** How fast the processor computes. */
export interface ProductRate {
  /** 10^9 float32 operations per second in products of square matrices, with all cores. */
  gflops: number;
  /** 10^9 bytes per second of a large matrix read once, which bounds how fast a model writes alone. */
  gigabytes: number;
}

/** An ONNX graph of one node, c[m, n] = MatMul(a[m, k], b[k, n]) in float32, opset 17. */
const PRODUCT =
  'CAgSADphChEKAWEKAWISAWMiBk1hdE11bBIHcHJvZHVjdFoVCgFhEhAKDggBEgoKAxIBbQoDEgFrWhUKAWISEAoOCAESCgoDEgFrCgMSAW5iFQoBYxIQCg4IARIKCgMSAW0KAxIBbkIECgAQEQ==';
const SIDE = 1024;
/** 64 MB: more than the caches of most processors. */
const LARGE_SIDE = 4096;
const MOST_MS = 600;
const FEWEST_RUNS = 3;

/**
 * Measures for about a second. The quickest of several runs counts, because other work on the machine only makes runs
 * slower.
 */
export async function measureProductRate(): Promise<ProductRate> {
  const session = await InferenceSession.create(Buffer.from(PRODUCT, 'base64'), {
    intraOpNumThreads: os.availableParallelism(),
  });
  try {
    const square = await quickest(session, matrix(SIDE, SIDE), matrix(SIDE, SIDE));
    const row = await quickest(session, matrix(1, LARGE_SIDE), matrix(LARGE_SIDE, LARGE_SIDE));
    return {
      gflops: (2 * SIDE ** 3) / square / 1e9,
      gigabytes: (LARGE_SIDE ** 2 * Float32Array.BYTES_PER_ELEMENT) / row / 1e9,
    };
  } finally {
    await session.release();
  }
}

/** Seconds of the quickest product. */
async function quickest(session: InferenceSession, a: Tensor, b: Tensor): Promise<number> {
  const end = performance.now() + MOST_MS;
  let best = Infinity;
  for (let run = 0; run < FEWEST_RUNS || performance.now() < end; run++) {
    const begun = performance.now();
    await session.run({ a, b });
    best = Math.min(best, (performance.now() - begun) / 1000);
  }
  return best;
}

function matrix(rows: number, columns: number): Tensor {
  return new Tensor('float32', new Float32Array(rows * columns).fill(0.5), [rows, columns]);
}
