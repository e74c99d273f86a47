import {
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  type CancellationToken,
  type Connection,
} from 'vscode-languageserver/node';
import { z } from 'zod';
import { diskError } from '../process/diskError.ts';
import type { BackendRequest, Place } from '../protocol/backend.ts';
import { InterruptedError, UserError } from '../protocol/errors.ts';
import type { RunEvent, RunObserver } from '../protocol/run.ts';
import type { RunContext } from '../app/runs/run.ts';
import { namedTrainerPython } from '../training/pythons.ts';

const EVENTS = new ProgressType<RunEvent>();

/** Facts that every request handler of the language server needs. */
export interface ServerContext {
  connection: Connection;
  env: NodeJS.ProcessEnv;
  /** Aborted when the server shuts down, which ends all work. */
  stopped: AbortSignal;
  /** False in Restricted Mode: LeTI then runs and parses nothing of the workspace. */
  trusted: boolean;
}

/**
 * Answers a request: its parameters are checked first, what a user can mend comes back with its next step, and what
 * was cancelled as cancelled. Work that `needsTrust` is refused in an untrusted workspace.
 */
export function answer<Params, Result>(
  server: ServerContext,
  request: BackendRequest<Params, Result>,
  work: (params: Params, signal: AbortSignal) => Promise<Result> | Result,
  options: { needsTrust: boolean } = { needsTrust: false },
): void {
  server.connection.onRequest(request.method, async (raw: unknown, token: CancellationToken) => {
    const params = request.params.safeParse(raw);
    if (!params.success) {
      throw new ResponseError(
        LSPErrorCodes.RequestFailed,
        `${request.method}: ${z.prettifyError(params.error)}`,
      );
    }
    try {
      if (options.needsTrust && !server.trusted) {
        throw new UserError(
          'This workspace is in Restricted Mode, so LeTI does not run its code.',
          'Trust the workspace first.',
        );
      }
      return await work(params.data, AbortSignal.any([server.stopped, aborted(token)]));
    } catch (error) {
      logDefect(server, request.method, error);
      throw responseError(error);
    }
  });
}

/** The client gets only the message of an error that no user can mend, so the log keeps where it came from. */
export function logDefect({ connection }: ServerContext, method: string, error: unknown): void {
  if (error instanceof UserError || error instanceof InterruptedError) return;
  connection.console.error(
    `${method}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
}

/** What a run or a workbench needs, from what the client said about the place. */
export function contextOf(
  server: ServerContext,
  place: Place & { progressToken?: string | undefined },
  signal: AbortSignal,
): RunContext {
  return {
    interpreter: place.interpreter,
    allowUncontained: place.allowUncontained === true,
    trainerPython: place.trainerPython ?? namedTrainerPython(server.env),
    observe: observer(server, place.progressToken),
    signal,
    env: server.env,
  };
}

function observer(server: ServerContext, token: string | undefined): RunObserver {
  return (event) => {
    if (token === undefined) return;
    server.connection.sendProgress(EVENTS, token, event).catch((error: unknown) => {
      // A client that is gone hears nothing; its disconnection stops the work by itself.
      server.connection.console.warn(String(error));
    });
  };
}

export function aborted(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => {
    controller.abort();
  });
  return controller.signal;
}

export function responseError(error: unknown): Error {
  if (error instanceof InterruptedError) {
    return new ResponseError(LSPErrorCodes.RequestCancelled, 'cancelled');
  }
  const told = error instanceof UserError ? error : diskError(error);
  if (told !== undefined) {
    return new ResponseError(LSPErrorCodes.RequestFailed, told.message, { nextStep: told.nextStep });
  }
  return error instanceof Error ? error : new Error(String(error));
}
