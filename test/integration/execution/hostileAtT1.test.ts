import { FORGERY_CORPUS, hostileSuite, USERS } from './hostilePrograms.ts';

hostileSuite({ tier: 'T1', user: USERS[0], corpus: FORGERY_CORPUS, honestEvery: 10 });
