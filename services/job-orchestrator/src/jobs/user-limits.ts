import { sql } from 'kysely';
import type { AcceptRequest } from './accept-request';
import type { JobsTx } from './job-changes';

/** What was written is not written again for so long: another replica may have been told of another plan meanwhile. */
const REMEMBER_MS = 60_000;
const MOST_REMEMBERED = 10_000;

/** Keeps what users' plans allow where the scheduler looks: it holds for all that waits, not only for what comes now. */
export class UserLimits {
  private readonly written = new Map<string, { readonly value: string; readonly until: number }>();

  /** Returns what to call when it is committed: what a rollback undid must be written again. */
  async write(tx: JobsTx, requests: readonly AcceptRequest[]): Promise<() => void> {
    const now = performance.now();
    const latest = new Map(requests.map((request) => [request.userId, request.limits]));
    const news = [...latest].filter(([owner, limits]) => {
      const known = this.written.get(owner);
      return known?.value !== nameOf(limits) || known.until < now;
    });
    if (news.length === 0) return () => undefined;
    news.sort(([one], [other]) => (one < other ? -1 : 1));
    await sql`
      INSERT INTO jobs.user_limits AS known (owner_user_id, concurrency, per_provider)
      SELECT * FROM unnest(
        ${news.map(([owner]) => owner)}::uuid[], ${news.map(([, { concurrency }]) => concurrency)}::int[],
        ${news.map(([, { perProvider }]) => perProvider)}::int[]
      ) AS told (owner_user_id, concurrency, per_provider) ORDER BY owner_user_id
      ON CONFLICT (owner_user_id) DO UPDATE
      SET concurrency = excluded.concurrency, per_provider = excluded.per_provider, changed_at = clock_timestamp()
      WHERE (known.concurrency, known.per_provider) IS DISTINCT FROM (excluded.concurrency, excluded.per_provider)`.execute(
      tx.sql,
    );
    return () => this.remember(news, now + REMEMBER_MS);
  }

  private remember(news: readonly (readonly [string, AcceptRequest['limits']])[], until: number): void {
    if (this.written.size + news.length > MOST_REMEMBERED) this.written.clear();
    for (const [owner, limits] of news) this.written.set(owner, { value: nameOf(limits), until });
  }
}

const nameOf = ({ concurrency, perProvider }: AcceptRequest['limits']): string =>
  `${concurrency} ${perProvider}`;
