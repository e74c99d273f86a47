#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { diskError } from '../process/diskError.ts';
import { packageVersion } from '../process/packageRoot.ts';
import { EXIT_CODES, InterruptedError, UserError } from '../protocol/errors.ts';
import { benchCommand } from './commands/bench.ts';
import { cleanCommand } from './commands/clean.ts';
import { completeCommand } from './commands/complete.ts';
import { completionsCommand } from './commands/completions.ts';
import { doctorCommand } from './commands/doctor.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { executeCommand } from './commands/execute.ts';
import { modelsCommand } from './commands/models.ts';
import { repairCommand } from './commands/repair.ts';
import { runsCommand } from './commands/runs.ts';
import { serveCommand } from './commands/serve.ts';
import { tasksCommand } from './commands/tasks.ts';
import { trainCommand } from './commands/train.ts';
import { commandLineStep } from './stepWords.ts';

const program = new Command('leti')
  .description('Fine-tunes a small code model on your own tests, on your own machine.')
  .version(packageVersion())
  .exitOverride()
  .showHelpAfterError('(`leti --help` lists the commands)');
for (const command of [
  trainCommand(),
  tasksCommand(),
  executeCommand(),
  evaluateCommand(),
  benchCommand(),
  completeCommand(),
  completionsCommand(),
  repairCommand(),
  runsCommand(),
  modelsCommand(),
  cleanCommand(),
  doctorCommand(),
  serveCommand(),
]) {
  program.addCommand(throwing(command));
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Lets a command and its subcommands throw where commander would end the process. */
function throwing(command: Command): Command {
  command.commands.forEach(throwing);
  return command.exitOverride();
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // Commander has already printed its message; help and version are no errors.
    return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
  }
  if (error instanceof InterruptedError) {
    process.stderr.write('Interrupted.\n');
    return EXIT_CODES.interrupted;
  }
  const told = error instanceof UserError ? error : diskError(error);
  if (told !== undefined) {
    process.stderr.write(`${told.message}\n${commandLineStep(told.nextStep)}\n`);
    return told.exitCode;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return EXIT_CODES.failed;
}
