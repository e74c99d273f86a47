import { parser } from '@lezer/python';

/** Offsets at which a recovering parser finds an error. Python's own parser knows only the first error. */
export function syntaxErrors(source: string): number[] {
  const found: number[] = [];
  parser.parse(source).iterate({
    enter: ({ type, from }) => {
      if (type.isError) found.push(from);
    },
  });
  return found;
}
