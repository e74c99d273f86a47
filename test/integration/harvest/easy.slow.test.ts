import { easyProgramSuite } from './easySuite.ts';

easyProgramSuite('every easy task', 1);
