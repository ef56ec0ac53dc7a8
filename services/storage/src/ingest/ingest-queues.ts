import type { Database } from '@shotloom/database';
import { GroupQueue } from '@shotloom/kernel';
import { findSettled } from '../assets/asset-rows';
import type { MediaTables } from '../schema/tables';
import { settleIngests, type Judged, type Settled } from './settle-ingest';

/** Ingests that are at the same point share what they ask of the database. */
export interface IngestQueues {
  /** Whether an attempt needs no look any more: it has its asset, or nobody wants one. */
  readonly settled: GroupQueue<string, boolean>;
  readonly settlements: GroupQueue<Judged, Settled>;
}

/** One group at a time for looks, which are short; two for transactions, so that one gathers while another waits for its commit. */
const LOOKS = { groups: 1, items: 32, pace: { leastMs: 2, mostMs: 20 } };
const SETTLEMENTS = { groups: 2, items: 32, pace: { leastMs: 4, mostMs: 40 } };

export function openIngestQueues(database: Database<MediaTables>): IngestQueues {
  return {
    settled: new GroupQueue(LOOKS, async (attemptIds) => {
      const settled = await findSettled(database.sql, attemptIds);
      return attemptIds.map((attemptId) => settled.has(attemptId.toLowerCase()));
    }),
    settlements: new GroupQueue(SETTLEMENTS, async (group) => {
      const results = new Map<Judged, Settled>();
      // Two deliveries of one attempt are settled one after the other: the second has to see what the first did.
      for (const round of distinct(group)) {
        const settled = await database.run((tx) => settleIngests(tx, round));
        for (const [index, judged] of round.entries()) results.set(judged, settled[index] as Settled);
      }
      return group.map((judged) => results.get(judged) as Settled);
    }),
  };
}

/** In rounds in which no attempt comes twice. */
function distinct(group: readonly Judged[]): readonly Judged[][] {
  const rounds: { readonly seen: Set<string>; readonly items: Judged[] }[] = [];
  for (const judged of group) {
    const id = judged.request.attemptId.toLowerCase();
    let round = rounds.find(({ seen }) => !seen.has(id));
    if (round === undefined) rounds.push((round = { seen: new Set(), items: [] }));
    round.seen.add(id);
    round.items.push(judged);
  }
  return rounds.map(({ items }) => items);
}
