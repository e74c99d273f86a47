import { Command } from 'commander';
import { DEFAULT_RUN } from '../../core/defaults.ts';
import { timingText } from '../../core/text/words.ts';
import { startExecutor, type Latency } from '../../execution/executor.ts';
import { findWorkspaceInterpreter } from '../../execution/interpreter.ts';
import { executeSamples } from '../../app/runs/execute.ts';
import { interruptSignal } from '../interrupt.ts';
import { ALLOW_UNCONTAINED, numberWithin, wholeNumber } from '../options.ts';
import { BOUNDS } from '../../protocol/bounds.ts';
import { createOutput } from '../output.ts';

interface ExecuteFlags {
  tasks: string;
  samples: string;
  out?: string;
  jobs?: number;
  timeout: number;
  python?: string;
  allowUncontained?: boolean;
  json?: boolean;
}

export function executeCommand(): Command {
  return new Command('execute')
    .description('Runs your programs against the checks of their tasks, in the sandbox.')
    .requiredOption('--tasks <file>', 'task file: JSON lines of MBPP, HumanEval or LeTI')
    .requiredOption('--samples <file>', 'programs: JSON lines of {"task_id", "completion"}')
    .option('--out <file>', 'file for the results')
    .option('--jobs <n>', 'programs to run at once; default: one per core', wholeNumber({ min: 1 }))
    .option(
      '--timeout <seconds>',
      'time limit of one program',
      numberWithin(BOUNDS.timeoutSeconds),
      DEFAULT_RUN.timeoutSeconds,
    )
    .option('--python <path>', 'Python interpreter that runs the programs')
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'print JSON lines')
    .action(async (flags: ExecuteFlags) => {
      const output = createOutput({ json: flags.json === true });
      const signal = interruptSignal();
      const interpreter = await findWorkspaceInterpreter({
        workspace: process.cwd(),
        explicit: flags.python,
        env: process.env,
      });
      const executor = await startExecutor({
        interpreter: interpreter.path,
        jobs: flags.jobs,
        allowUncontained: flags.allowUncontained === true,
      });
      const started = Date.now();
      try {
        const summary = await executeSamples(
          {
            tasksFile: flags.tasks,
            samplesFile: flags.samples,
            outFile: flags.out,
            timeoutSeconds: flags.timeout,
            signal,
            onProgress: (done, total, passed) => {
              const seconds = (Date.now() - started) / 1000;
              output.event({
                event: 'progress',
                phase: 'execute',
                done,
                total,
                programs: done,
                passed,
                seconds,
              });
            },
          },
          executor,
        );
        const latency = executor.latency();
        output.result({ event: 'summary', ...summary, tier: executor.tier, latency }, () =>
          [
            `${summary.passed} of ${summary.samples} passed (Python ${executor.pythonVersion}, sandbox tier ${executor.tier})`,
            ...Object.entries(summary.verdicts).map(([verdict, count]) => `  ${verdict}: ${count}`),
            latencyText(latency),
          ].join('\n'),
        );
      } finally {
        output.end();
        await executor.close();
      }
    });
}

function latencyText(latency: Latency): string {
  const again =
    latency.starved === 0 ? '' : `; ${latency.starved} got more time because the machine was busy`;
  return `${timingText(latency)}${again}`;
}
