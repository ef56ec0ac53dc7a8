/**
 * Gives turns, in the order of asking: work that is large in memory is done by one after the other. An error of one is
 * its own, and does not stop those after it.
 */
export function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
