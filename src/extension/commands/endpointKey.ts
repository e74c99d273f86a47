import * as vscode from 'vscode';
import { KEY_VARIABLE } from '../../protocol/engines.ts';
import { UserError } from '../../protocol/errors.ts';
import type { Services } from '../services.ts';

/** Name of the key in VS Code's store of secrets. */
const SECRET = 'leti.endpointKey';

/** "LeTI: Set endpoint key". The server process gets the key at its start, so a running one ends. */
export async function setEndpointKey({
  context,
  backend,
  live,
}: Pick<Services, 'context' | 'backend' | 'live'>): Promise<void> {
  if (live.any)
    throw new UserError('A run is in progress, and a new key would stop it.', 'Set the key after the run.');
  const key = await vscode.window.showInputBox({
    title: 'LeTI: Set endpoint key',
    prompt:
      'The key of the server in `leti.endpoint`. VS Code stores it encrypted. Leave empty to delete it.',
    password: true,
    ignoreFocusOut: true,
  });
  if (key === undefined) return;
  if (key.trim() === '') await context.secrets.delete(SECRET);
  else await context.secrets.store(SECRET, key.trim());
  await backend.stop();
}

/** The variable with the endpoint's key for the server process; empty where no key is stored. */
export async function endpointKey({ secrets }: vscode.ExtensionContext): Promise<Record<string, string>> {
  const key = await secrets.get(SECRET);
  return key === undefined ? {} : { [KEY_VARIABLE]: key };
}
