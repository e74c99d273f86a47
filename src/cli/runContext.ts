import type { RunContext } from '../app/runs/run.ts';
import { namedTrainerPython } from '../training/pythons.ts';
import { endpointOf, type EndpointFlags } from './endpointOptions.ts';
import { interruptSignal } from './interrupt.ts';
import type { Output } from './output.ts';

/** Options of every command that runs programs or trains. */
export interface RunFlags extends EndpointFlags {
  python?: string;
  allowUncontained?: boolean;
  trainerPython?: string;
}

/** What a command brings along: the user's interpreters, where its events go, and Ctrl-C. */
export function runContext(flags: RunFlags, output: Output): RunContext {
  return {
    interpreter: flags.python,
    allowUncontained: flags.allowUncontained === true,
    trainerPython: flags.trainerPython ?? namedTrainerPython(process.env),
    endpoint: endpointOf(flags),
    remembersEndpoint: true,
    observe: (event) => {
      output.event(event);
    },
    signal: interruptSignal(),
    // A copy, as the workbench takes keys out of the process's own.
    env: { ...process.env },
  };
}
