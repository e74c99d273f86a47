/** Work that waits for other work, by name. */
export interface Scheduled {
  name: string;
  needs: readonly string[];
  /** How long it takes, roughly. Whatever the longest chain of work waits for starts first. */
  seconds: number;
  /** How many cores it keeps busy; 0 for a download, 0.5 for work that often waits. */
  cores: 0 | 0.5 | 1;
}

/**
 * Does all work side by side on some cores, each piece after those that it needs. A piece whose needs failed is left
 * out.
 *
 * @param work resolves with whether the piece ended well
 * @returns the names of the pieces that were left out
 */
export async function schedule<Piece extends Scheduled>(
  pieces: readonly Piece[],
  cores: number,
  work: (piece: Piece) => Promise<boolean>,
): Promise<string[]> {
  const done = new Set<string>();
  const failed = new Set<string>();
  const leftOut: string[] = [];
  const running = new Map<Piece, Promise<void>>();
  const busy = (): number => [...running.keys()].reduce((sum, piece) => sum + piece.cores, 0);
  let waiting = byUrgency(pieces);
  while (waiting.length + running.size > 0) {
    const lost = waiting.find(({ needs }) => needs.some((name) => failed.has(name)));
    const next =
      lost ??
      waiting.find(
        (piece) => piece.needs.every((name) => done.has(name)) && busy() + piece.cores <= Math.max(1, cores),
      );
    if (next === undefined) {
      if (running.size === 0)
        throw new Error(`nothing can start: ${waiting.map(({ name }) => name).join(', ')}`);
      await Promise.race(running.values());
      continue;
    }
    waiting = waiting.filter((piece) => piece !== next);
    if (next === lost) {
      failed.add(next.name);
      leftOut.push(next.name);
      continue;
    }
    const ended = work(next).then((well) => {
      (well ? done : failed).add(next.name);
      running.delete(next);
    });
    running.set(next, ended);
  }
  return leftOut;
}

/** The work with the longest chain of work from its start on comes first. */
function byUrgency<Piece extends Scheduled>(pieces: readonly Piece[]): Piece[] {
  const chain = (piece: Piece): number =>
    piece.seconds + Math.max(0, ...pieces.filter(({ needs }) => needs.includes(piece.name)).map(chain));
  return pieces.toSorted((a, b) => chain(b) - chain(a));
}
