import { hostileSuite, USERS, WHOLE_CORPUS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T3', user: USERS[0], corpus: WHOLE_CORPUS.T3, honestEvery: 10 });
