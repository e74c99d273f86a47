import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expectedSpeeds, type Speeds } from '../../core/learning/budget.ts';
import { TrainingRecord, type RunConfig } from '../../protocol/run.ts';
import { RunStore } from '../../store/runStore.ts';
import { parameterCount } from '../../weights/safetensors.ts';
import { probeMachine } from '../machine.ts';
import { catalogueModel } from '../models/catalogue.ts';
import { defaultForMachine } from '../models/defaultModel.ts';
import type { Workbench } from '../workbench.ts';

/** Speeds, and whether the newest finished run with this model measured them here. */
export interface KnownSpeeds {
  speeds: Speeds;
  measuredHere: boolean;
}

/**
 * The speeds of a run's model: as the newest finished run measured them that used this model and device, else as the probe
 * of the machine lets expect. Brings no model into the store.
 */
export async function knownSpeeds(
  { model, device }: Pick<RunConfig, 'model' | 'device'>,
  workbench: Pick<Workbench, 'env' | 'files' | 'models' | 'signal'>,
): Promise<KnownSpeeds> {
  const machine = await probeMachine(workbench.env, workbench.signal);
  const expected = expectedSpeeds(await parametersOf(model, workbench), machine);
  if (!existsSync(workbench.files.store)) return { speeds: expected, measuredHere: false };
  const store = new RunStore(workbench.files.store);
  try {
    for (const { id, status, config } of store.runs()) {
      if (status !== 'finished' || config.model !== model || config.device !== device) continue;
      const measured = measuredSpeeds(store, id);
      // A run that took its programs from an earlier one says nothing about speed.
      if ([measured.sample, measured.measure, measured.train].includes(undefined)) continue;
      return { speeds: { ...expected, ...measured }, measuredHere: true };
    }
  } finally {
    store.close();
  }
  return { speeds: expected, measuredHere: false };
}

/** What a run has measured so far of its own speeds. */
export function measuredSpeeds(store: RunStore, run: string): Partial<Speeds> {
  const counts = Map.groupBy(store.counts(run), ({ stage }) => stage);
  const written = { sample: { programs: 0, seconds: 0 }, measure: { programs: 0, seconds: 0 } };
  for (const [stage, { samplingSeconds }] of store.efforts(run)) {
    if (samplingSeconds === 0) continue;
    const side = stage.endsWith('/held-out') ? written.measure : written.sample;
    side.programs += (counts.get(stage) ?? []).reduce((sum, { samples }) => sum + samples, 0);
    side.seconds += samplingSeconds;
  }
  const perProgram = ({ programs, seconds }: { programs: number; seconds: number }): number | undefined =>
    programs === 0 ? undefined : seconds / programs;
  const trained = store
    .stages(run)
    .filter((name) => name.startsWith('train/'))
    .flatMap((name) => store.stage(run, name, TrainingRecord) ?? [])
    .filter(({ steps }) => steps > 0);
  const training = trained.reduce((sum, { seconds }) => sum + seconds, 0);
  const texts = trained.reduce((sum, { examples }) => sum + examples, 0);
  const active = store.activeSeconds(run);
  const other =
    active === undefined ? undefined : active - training - written.sample.seconds - written.measure.seconds;
  return defined({
    sample: perProgram(written.sample),
    measure: perProgram(written.measure),
    train: texts === 0 ? undefined : training / texts,
    model: other === undefined ? undefined : Math.max(0, other) / (trained.length + 1),
  });
}

function defined(speeds: Record<keyof Speeds, number | undefined>): Partial<Speeds> {
  return Object.fromEntries(Object.entries(speeds).filter(([, value]) => value !== undefined));
}

/** Of a stored model's weights, else of the catalogue's model of that name, else of the machine's default. */
export async function parametersOf(
  name: string,
  { models, env, signal }: Pick<Workbench, 'env' | 'models' | 'signal'>,
): Promise<number> {
  const stored = await models.named(name);
  if (stored === undefined) {
    return catalogueModel(name)?.parameters ?? (await defaultForMachine(env, signal)).model.parameters;
  }
  const { folder } = stored;
  const weights = (await readdir(folder)).filter((file) => file.endsWith('.safetensors'));
  const counts = await Promise.all(weights.map((file) => parameterCount(path.join(folder, file))));
  return counts.reduce((sum, count) => sum + count, 0);
}
