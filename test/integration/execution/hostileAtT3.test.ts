import { hostileSuite, QUICK_CORPUS, USERS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T3', user: USERS[0], corpus: QUICK_CORPUS.T3, honestEvery: 10 });
