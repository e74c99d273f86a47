import { hostileAt, SOME_PLACES } from './hostile.ts';

for (const place of SOME_PLACES) hostileAt(place);
