/**
 * Takes batch after batch until one is not full, or so many were taken. A sweep of one batch a look falls behind for ever where more
 * comes between two looks than a batch. Returns how many in all.
 */
export async function keepUp(
  { batch, rounds }: { readonly batch: number; readonly rounds: number },
  takeBatch: () => Promise<number>,
): Promise<number> {
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const taken = await takeBatch();
    total += taken;
    if (taken < batch) break;
  }
  return total;
}
