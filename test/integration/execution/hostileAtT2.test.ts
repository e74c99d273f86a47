import { hostileSuite, SEALED_CORPUS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T2', user: 'an ordinary user', corpus: SEALED_CORPUS.T2, honestEvery: 10 });
