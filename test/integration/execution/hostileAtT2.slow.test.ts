import { hostileSuite, USERS, WHOLE_CORPUS } from './hostilePrograms.ts';

for (const user of USERS) hostileSuite({ tier: 'T2', user, corpus: WHOLE_CORPUS.T2, honestEvery: 1 });
