import { Command } from 'commander';
import { serve } from '../../server/server.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('Starts the language server for editors.')
    .option('--stdio', 'talk over standard input and output')
    .option('--node-ipc', "talk over Node's channel to the parent process")
    .option('--clientProcessId <pid>', 'end when this process ends (option of the protocol)')
    .action((flags: { stdio?: boolean; nodeIpc?: boolean }, command: Command) => {
      if (flags.stdio !== true && flags.nodeIpc !== true) {
        command.error('error: give --stdio (editors) or --node-ipc');
      }
      // The connection reads the same options from the command line by itself.
      serve();
    });
}
