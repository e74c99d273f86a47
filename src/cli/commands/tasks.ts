import { Command } from 'commander';
import { checksWords } from '../../core/text/words.ts';
import { readTaskFile, writeTaskFile } from '../../harvest/files.ts';
import { readSpecs, writeSpecs } from '../../harvest/specs.ts';
import type { DroppedTask, Task } from '../../protocol/task.ts';
import { tasksOfSpecs, workspaceTasks } from '../../app/tasks/gather.ts';
import { Workbench } from '../../app/workbench.ts';
import { workspaceFolder } from '../../app/folders.ts';
import { ALLOW_UNCONTAINED, COMMITS, HISTORY, RUN_TESTS } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { runContext, type RunFlags } from '../runContext.ts';

interface TasksFlags extends RunFlags {
  history?: boolean;
  commits: number;
  runTests?: boolean;
  json?: boolean;
}

export function tasksCommand(): Command {
  const command = new Command('tasks').description(
    'Lists, exports or imports tasks: functions that tests or doctests cover.',
  );
  command
    .command('list')
    .description('Lists the tasks of a workspace, and why LeTI dropped other functions.')
    .argument('[workspace]', 'workspace folder', '.')
    .option(...HISTORY)
    .option(...COMMITS)
    .option('--python <path>', 'Python interpreter of the workspace')
    .option(...RUN_TESTS)
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'print JSON lines')
    .action(async (workspace: string, flags: TasksFlags) => {
      const output = createOutput({ json: flags.json === true });
      const { tasks, dropped } = await found(workspace, flags, output);
      output.result({ event: 'tasks', tasks, dropped }, () => listText(tasks, dropped));
    });
  command
    .command('export')
    .description("Writes the tasks of a workspace to a file in LeTI's format.")
    .argument('[workspace]', 'workspace folder', '.')
    .requiredOption('--out <file>', 'JSON lines, one task each')
    .option(...HISTORY)
    .option(...COMMITS)
    .option('--specs', 'only tasks of commits, by commit and hash instead of code')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option(...RUN_TESTS)
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'print JSON lines')
    .action(async (workspace: string, flags: TasksFlags & { out: string; specs?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const { tasks } = await found(
        workspace,
        flags.specs === true ? { ...flags, history: true } : flags,
        output,
      );
      if (flags.specs !== true) await writeTaskFile(flags.out, tasks);
      const written = flags.specs === true ? await writeSpecs(flags.out, tasks) : tasks.length;
      output.result(
        { event: 'exported', file: flags.out, tasks: written },
        () => `${taskCount(written)} in ${flags.out}`,
      );
    });
  command
    .command('import')
    .description("Converts a file of MBPP, HumanEval or `--specs` to LeTI's format.")
    .argument('<file>', 'JSON lines of MBPP, HumanEval or `leti tasks export --specs`, .gz too')
    .requiredOption('--out <file>', 'JSON lines, one task each')
    .option('--workspace <folder>', 'folder in the repository that has the commits', '.')
    .option('--python <path>', 'Python interpreter of the workspace')
    .option(...ALLOW_UNCONTAINED)
    .option('--json', 'print JSON lines')
    .action(async (file: string, flags: RunFlags & { out: string; workspace: string; json?: boolean }) => {
      const output = createOutput({ json: flags.json === true });
      const specs = await readSpecs(file);
      const { tasks, dropped } =
        specs === undefined
          ? { tasks: await readTaskFile(file), dropped: [] }
          : await withWorkbench(flags.workspace, flags, output, async (workbench) =>
              tasksOfSpecs(workbench, specs),
            );
      await writeTaskFile(flags.out, tasks);
      output.result({ event: 'imported', file: flags.out, tasks: tasks.length, dropped }, () =>
        [`${taskCount(tasks.length)} in ${flags.out}`, ...droppedLines(dropped)].join('\n'),
      );
    });
  return command;
}

async function found(
  workspace: string,
  flags: TasksFlags,
  output: Output,
): Promise<{ tasks: Task[]; dropped: DroppedTask[] }> {
  const historyCommits = flags.history === true ? flags.commits : 0;
  const runTests = flags.runTests === true;
  return await withWorkbench(workspace, flags, output, async (workbench) =>
    workspaceTasks(workbench, { historyCommits, runTests }),
  );
}

async function withWorkbench<T>(
  workspace: string,
  flags: RunFlags,
  output: Output,
  work: (workbench: Workbench) => Promise<T>,
): Promise<T> {
  const workbench = new Workbench({
    workspace: await workspaceFolder(workspace),
    device: 'auto',
    ...runContext(flags, output),
  });
  try {
    return await work(workbench);
  } finally {
    output.end();
    await workbench.close();
  }
}

function listText(tasks: readonly Task[], dropped: readonly DroppedTask[]): string {
  const lines = tasks.map(
    ({ id, checks, source, weak }) =>
      `${id}  (${checksWords(checks.length, source)}${weak === undefined ? '' : `; weak: ${weak}`})`,
  );
  lines.push(taskCount(tasks.length));
  if (tasks.length === 0 && dropped.length === 0) {
    lines.push(
      'There is no function that tests or doctests cover. Choose the folder of a Python project, or write a test.',
    );
  }
  return [...lines, ...droppedLines(dropped)].join('\n');
}

function taskCount(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

function droppedLines(dropped: readonly DroppedTask[]): string[] {
  if (dropped.length === 0) return [];
  const lines = dropped.map((drop) => `  ${drop.path}:${drop.line} ${drop.id}: ${drop.reason}`);
  return ['', `${dropped.length} dropped:`, ...lines];
}
