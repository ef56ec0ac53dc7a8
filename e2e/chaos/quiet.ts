import { consumerStates, type Bus } from '@shotloom/bus';
import type { SimTask } from '@shotloom/vendor-simulators';
import { waitFor } from '@shotloom/testing';
import { sql } from 'kysely';
import type { Truth } from '../support/truth';

const QUEUES = ['WORK', 'ATTEMPTS', 'MEDIA', 'RESULTS'];

/** What still moves, a sentence each; empty when nothing more will happen by itself. */
async function whatMoves({ truth, bus, simulator }: QuietOptions): Promise<string[]> {
  const tasks = (await fetch(`${simulator}/_sim/tasks`).then((response) => response.json())) as SimTask[];
  const working = tasks.filter(({ finishedAt }) => finishedAt === null).length;
  const rows = await truth.rows(sql<{ what: string; count: number }>`
    SELECT 'jobs ' || status || ' ' || array_to_string(conditions, ',') AS what, count(*)::int AS count FROM jobs.jobs
      WHERE finished_at IS NULL GROUP BY 1
    UNION ALL SELECT 'messages unsent', count(*)::int FROM (SELECT id FROM jobs.outbox WHERE published_at IS NULL
      UNION ALL SELECT id FROM media.outbox WHERE published_at IS NULL) AS unsent
    UNION ALL SELECT 'late videos awaited', count(*)::int FROM jobs.timers
    UNION ALL SELECT 'late videos on their way', count(*)::int FROM jobs.attempts JOIN jobs.jobs USING (job_id)
      WHERE attempts.status = 'failed' AND result IS NOT NULL AND submitted_at IS NOT NULL AND late_asset_id IS NULL
        AND deleted_at IS NULL AND attempts.error->>'code' = 'provider_timeout'
    UNION ALL SELECT 'videos to be removed', count(*)::int FROM media.assets
      WHERE deleted_at IS NOT NULL AND objects_removed_at IS NULL`);
  const queues = (await consumerStates(bus, QUEUES)).map(({ durable, pending, unacked }) => ({
    what: `messages of ${durable}`,
    count: pending + unacked,
  }));
  return [{ what: 'tasks at the vendor', count: working }, ...rows, ...queues]
    .filter(({ count }) => count > 0)
    .map(({ what, count }) => `${count} ${what}`);
}

export interface QuietOptions {
  readonly truth: Truth;
  readonly bus: Bus;
  readonly simulator: string;
  readonly timeoutMs: number;
  readonly say: (text: string) => void;
}

/**
 * Waits until nothing moves. What still does after the time is told, and left to the rules to judge. Late videos are looked for every
 * five minutes; that wait alone is cut short, by moving the row that holds it.
 */
export async function untilQuiet(options: QuietOptions): Promise<void> {
  let moves: string[] = ['nothing was looked at'];
  let said = '';
  await waitFor(
    async () => {
      await options.truth.run(sql`UPDATE jobs.timers SET next_poll_at = clock_timestamp()
        WHERE verb = 'late' AND next_poll_at > clock_timestamp() + interval '20 s'`);
      moves = await whatMoves(options);
      const now = moves.join(', ');
      if (now !== said) options.say(`   still: ${now || 'nothing'}`);
      said = now;
      return moves.length === 0;
    },
    { what: 'everything to be quiet', timeoutMs: options.timeoutMs, intervalMs: 1_000 },
  ).catch(() => options.say(`It did not become quiet: ${moves.join(', ')}`));
}
