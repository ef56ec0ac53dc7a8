/** An endpoint that has something due, and what runs for it and its account now, over all replicas. */
export interface DueEndpoint {
  readonly id: string;
  readonly accountId: string;
  readonly running: number;
  readonly accountRunning: number;
  /** Calls that failed since the last one that did not. */
  readonly failures: number;
}

export interface CallLimits {
  readonly perEndpoint: number;
  readonly perAccount: number;
}

/** From here on an endpoint is called once at a time: what is dead costs one place and not all that it may have. */
export const DOUBTFUL_FAILURES = 3;

/** Whether an endpoint has all the calls that it may have, with those that it gets now. */
export function isFull(
  { running, failures }: Pick<DueEndpoint, 'running' | 'failures'>,
  share: number,
  { perEndpoint }: Pick<CallLimits, 'perEndpoint'>,
): boolean {
  return running + share >= (failures >= DOUBTFUL_FAILURES ? 1 : perEndpoint);
}

/**
 * How many calls each endpoint may have now: one in turn for each, in the given order, until the room, the endpoint or its account is
 * full. Pure.
 */
export function shareOut(
  due: readonly DueEndpoint[],
  limits: CallLimits,
  room: number,
): ReadonlyMap<string, number> {
  const shares = new Map<string, number>();
  const accounts = new Map(due.map(({ accountId, accountRunning }) => [accountId, accountRunning]));
  let left = room;
  let open = due;
  while (left > 0 && open.length > 0) {
    const still: DueEndpoint[] = [];
    for (const endpoint of open) {
      if (left === 0) break;
      const { id, accountId } = endpoint;
      const share = shares.get(id) ?? 0;
      const ofAccount = accounts.get(accountId) ?? 0;
      if (isFull(endpoint, share, limits) || ofAccount >= limits.perAccount) continue;
      shares.set(id, share + 1);
      accounts.set(accountId, ofAccount + 1);
      left -= 1;
      still.push(endpoint);
    }
    open = still;
  }
  return shares;
}
