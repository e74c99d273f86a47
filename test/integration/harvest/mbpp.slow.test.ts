import { mbppSuite } from './mbppSuite.ts';

mbppSuite('the train and validation problems of MBPP', 1);
