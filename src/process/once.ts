/**
 * A value that is made when it is first asked for and then shared, also by callers that ask while it is made. A failure is
 * not kept: the next call makes the value again, as what failed may have been repaired since.
 */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    if (made !== undefined) return made;
    const making = make();
    made = making;
    making.catch(() => {
      if (made === making) made = undefined;
    });
    return making;
  };
}
