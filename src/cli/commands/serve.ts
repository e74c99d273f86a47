import { Command } from 'commander';
import { serve } from '../../server/server.ts';

export function serveCommand(): Command {
  return new Command('serve')
    .description('The language server, for editors.')
    .option('--stdio', 'talk over standard input and output')
    .option('--node-ipc', "talk over Node's channel to its parent")
    .option('--clientProcessId <pid>', "end with this process; the protocol's own option")
    .action((flags: { stdio?: boolean; nodeIpc?: boolean }, command: Command) => {
      if (flags.stdio !== true && flags.nodeIpc !== true) {
        command.error('error: give --stdio (editors) or --node-ipc');
      }
      // The connection reads the same options from the command line by itself.
      serve();
    });
}
