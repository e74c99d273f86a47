import { hostileSuite, QUICK_CORPUS, USERS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T1', user: USERS[0], corpus: QUICK_CORPUS.T1, honestEvery: 10 });
