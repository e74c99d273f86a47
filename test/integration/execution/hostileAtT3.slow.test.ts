import { hostileSuite, USERS, WHOLE_CORPUS } from './hostilePrograms.ts';

for (const user of USERS) hostileSuite({ tier: 'T3', user, corpus: WHOLE_CORPUS.T3, honestEvery: 1 });
