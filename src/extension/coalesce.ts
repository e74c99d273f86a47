/** Runs its work at once, then at most once per pause. `cancel` drops the pending run. */
export interface Coalesced {
  (): void;
  cancel(): void;
}

export function coalesced(work: () => void, pauseMs: number): Coalesced {
  let timer: NodeJS.Timeout | undefined;
  let due = false;
  const call = (): void => {
    if (timer !== undefined) {
      due = true;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      if (!due) return;
      due = false;
      call();
    }, pauseMs);
    work();
  };
  return Object.assign(call, {
    cancel: () => {
      clearTimeout(timer);
      timer = undefined;
      due = false;
    },
  });
}
