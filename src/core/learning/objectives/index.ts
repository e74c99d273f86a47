import type { Objective } from '../../../protocol/model.ts';
import { fcft, fcftBinary, fcftLearnable, fcftPaper } from './fcft.ts';
import { mutation } from './mutation.ts';
import type { ObjectiveDefinition } from './objective.ts';
import { pretraining } from './pretraining.ts';
import { rejection } from './rejection.ts';
import { repair } from './repair.ts';
import { sft } from './sft.ts';
import { unchecked } from './unchecked.ts';
import { unlikelihood, unlikelihoodBinary } from './unlikelihood.ts';

export const OBJECTIVES: Record<Objective, ObjectiveDefinition> = {
  fcft,
  'fcft-binary': fcftBinary,
  'fcft-paper': fcftPaper,
  'fcft-learnable': fcftLearnable,
  rejection,
  repair,
  mutation,
  sft,
  unchecked,
  pretraining,
  unlikelihood,
  'unlikelihood-binary': unlikelihoodBinary,
};
