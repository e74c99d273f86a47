import { Command } from 'commander';
import { readTaskFile, writeTaskFile } from '../../harvest/files.ts';
import type { DroppedTask, Task } from '../../protocol/task.ts';
import { workspaceTasks } from '../../rounds/gatherTasks.ts';
import { Workbench } from '../../rounds/workbench.ts';
import { workspaceFolder } from '../../rounds/workspaceFiles.ts';
import { ALLOW_UNCONTAINED, RUN_TESTS } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';

interface TasksFlags extends RunFlags {
  runTests?: boolean;
  json?: boolean;
}

export function tasksCommand(): Command {
  const command = new Command('tasks').description(
    "A workspace's tasks: functions that its tests or doctests cover.",
  );
  command
    .command('list')
    .description('Lists the tasks found, and why others were dropped.')
    .argument('[workspace]', 'folder to look in', '.')
    .option('--python <path>', "the workspace's interpreter")
    .option(...RUN_TESTS)
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'JSON lines for programs')
    .action(async (workspace: string, flags: TasksFlags) => {
      const output = createOutput({ json: flags.json === true });
      const { tasks, dropped } = await found(workspace, flags, output);
      output.result({ event: 'tasks', tasks, dropped }, () => listText(tasks, dropped));
    });
  command
    .command('export')
    .description("Writes the tasks found to a file in LeTI's own format.")
    .argument('[workspace]', 'folder to look in', '.')
    .requiredOption('--out <file>', 'JSON lines, one task each')
    .option('--python <path>', "the workspace's interpreter")
    .option(...RUN_TESTS)
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'JSON lines for programs')
    .action(async (workspace: string, flags: TasksFlags & { out: string }) => {
      const output = createOutput({ json: flags.json === true });
      const { tasks } = await found(workspace, flags, output);
      await writeTaskFile(flags.out, tasks);
      output.result(
        { event: 'exported', file: flags.out, tasks: tasks.length },
        () => `${tasks.length} tasks in ${flags.out}`,
      );
    });
  command
    .command('import')
    .description("Brings a file of MBPP, HumanEval or ACE into LeTI's own format.")
    .argument('<file>', 'JSON lines of MBPP, HumanEval or ACE, .gz too')
    .requiredOption('--out <file>', 'JSON lines, one task each')
    .option('--json', 'JSON lines for programs')
    .action(async (file: string, flags: { out: string; json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const tasks = await readTaskFile(file);
      await writeTaskFile(flags.out, tasks);
      output.result(
        { event: 'imported', file: flags.out, tasks: tasks.length },
        () => `${tasks.length} tasks in ${flags.out}`,
      );
    });
  return command;
}

async function found(
  workspace: string,
  flags: TasksFlags,
  output: Output,
): Promise<{ tasks: Task[]; dropped: DroppedTask[] }> {
  const bench = new Workbench({
    workspace: await workspaceFolder(workspace),
    device: 'auto',
    ...runContext(flags, output),
  });
  try {
    return await workspaceTasks(bench, flags.runTests === true);
  } finally {
    output.end();
    await bench.close();
  }
}

function listText(tasks: readonly Task[], dropped: readonly DroppedTask[]): string {
  const lines = tasks.map(
    ({ id, checks, weak }) =>
      `${id}  (${checks.length} ${checks.length === 1 ? 'check' : 'checks'}${weak === undefined ? '' : `; weak: ${weak}`})`,
  );
  lines.push(`${tasks.length} tasks`);
  if (dropped.length > 0) {
    lines.push('', `${dropped.length} dropped:`);
    for (const drop of dropped) lines.push(`  ${drop.path}:${drop.line} ${drop.id}: ${drop.reason}`);
  }
  return lines.join('\n');
}
