import { hostileSuite, USERS, WHOLE_CORPUS } from './hostilePrograms.ts';

for (const user of USERS) hostileSuite({ tier: 'T1', user, corpus: WHOLE_CORPUS.T1, honestEvery: 1 });
