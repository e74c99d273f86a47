import type { ModelRecord } from '../../src/protocol/model.ts';

/** The record of a model that nobody trained. */
export const RECORD: ModelRecord = {
  format: 1,
  name: 'm',
  source: '/m',
  revision: 'local',
  licence: 'unknown',
  sourcePrecision: 'as in the folder',
  parents: [],
  condition: 'none',
  markers: { good: 'g', bad: 'b', feedbackBegin: '<', feedbackEnd: '>', reserved: false },
};
