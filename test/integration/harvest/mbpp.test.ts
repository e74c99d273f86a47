import { mbppSuite } from './mbppSuite.ts';

mbppSuite('39 train and validation problems of MBPP', 12);
