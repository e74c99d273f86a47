import { hostileSuite, QUICK_CORPUS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T2', user: 'an ordinary user', corpus: QUICK_CORPUS.T2, honestEvery: 10 });
