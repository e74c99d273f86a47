import { standardRound } from '../../core/learning/budget.ts';
import { letiHome } from '../../process/letiHome.ts';
import type { AvailableModel } from '../../protocol/storedModels.ts';
import { ModelStore } from '../../training/modelStore.ts';
import { probeMachine } from '../machine.ts';
import { CATALOGUE, downloadBytes } from './catalogue.ts';
import { defaultForMachine, defaultNote } from './defaultModel.ts';
import { storedCatalogueModel } from './sources.ts';

/** The models of the catalogue, with what each needs and what a standard round with it takes on this machine. */
export async function availableModels(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
  onNotice: (message: string) => void,
): Promise<AvailableModel[]> {
  const store = new ModelStore(letiHome(env), onNotice);
  const machine = await probeMachine(env, signal);
  const { model: chosen } = await defaultForMachine(env, signal);
  const note = await defaultNote(env, signal);
  return await Promise.all(
    CATALOGUE.map(async (model) => ({
      name: model.name,
      by: model.by,
      hubId: model.hub.id,
      licence: model.licence,
      parameters: model.parameters,
      downloadBytes: downloadBytes(model, 'hub'),
      mirrorBytes: model.mirror === undefined ? undefined : downloadBytes(model, 'mirror'),
      memory: model.memory,
      roundSeconds: standardRound(model.parameters, machine),
      needsAccelerator: model.needsAccelerator && machine.accelerator === undefined,
      hash: (await storedCatalogueModel(model, store))?.hash,
      ...(model === chosen ? { defaultNote: note } : {}),
    })),
  );
}
