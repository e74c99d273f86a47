import type { Objective } from '../../protocol/model.ts';
import { fcft, fcftBinary } from './fcft.ts';
import type { ObjectiveDefinition } from './objective.ts';
import { rejection } from './rejection.ts';
import { sft } from './sft.ts';

export const OBJECTIVES: Record<Objective, ObjectiveDefinition> = {
  fcft,
  'fcft-binary': fcftBinary,
  rejection,
  sft,
};
