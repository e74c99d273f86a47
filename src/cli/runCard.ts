import { StoredModels } from '../app/models/stored.ts';
import type { StoredRuns } from '../app/runs/storedRuns.ts';
import { cardOf, type VerdictCard } from '../core/outcome/verdictCard.ts';

/** The card of a stored run: the same as on its page. Undefined while it runs. */
export async function runCard(
  stored: StoredRuns,
  workspace: string,
  run: string,
): Promise<VerdictCard | undefined> {
  const detail = stored.detail(run);
  // What cannot be read was told by the list of models.
  const models = new StoredModels(workspace, process.env, () => undefined);
  return cardOf(detail, stored.histories(run), await models.useOf(detail.summary.outcome?.model));
}
