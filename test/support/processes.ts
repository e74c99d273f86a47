import { readdirSync, readFileSync } from 'node:fs';

/** Processes whose parent a process is (Linux). */
export function childrenOf(pid: number): number[] {
  return pids().filter((other) => parentOf(other) === pid);
}

/** All that a process started, and what these started (Linux). */
export function descendants(root: number): number[] {
  const parents = new Map(pids().map((pid) => [pid, parentOf(pid)]));
  const found = new Set([root]);
  for (let size = 0; size < found.size;) {
    size = found.size;
    for (const [pid, parent] of parents) if (parent !== undefined && found.has(parent)) found.add(pid);
  }
  found.delete(root);
  return [...found];
}

/** A process's command line; empty where it has ended. */
export function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`) ?? '';
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // it ended while we looked
  }
}
