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
  async write(
    tx: JobsTx,
    requests: readonly Pick<AcceptRequest, 'userId' | 'accountId' | 'limits'>[],
  ): Promise<() => void> {
    const now = performance.now();
    const latest = new Map(
      requests.map(({ userId, accountId, limits }) => [userId, { ...limits, accountId }]),
    );
    const news = [...latest].filter(([owner, limits]) => {
      const known = this.written.get(owner);
      return known?.value !== nameOf(limits) || known.until < now;
    });
    if (news.length === 0) return () => undefined;
    news.sort(([one], [other]) => (one < other ? -1 : 1));
    const column = <K extends keyof Told>(name: K): (Told[K] | null)[] =>
      news.map(([, told]) => told[name] ?? null);
    await sql`
      INSERT INTO jobs.user_limits AS known
        (owner_user_id, concurrency, per_provider, account_id, plan_id, weight, account_version, version)
      SELECT * FROM unnest(
        ${news.map(([owner]) => owner)}::uuid[], ${column('concurrency')}::int[], ${column('perProvider')}::int[],
        ${column('accountId')}::uuid[], ${column('planId')}::text[], ${column('weight')}::real[],
        ${column('accountVersion')}::bigint[], ${column('version')}::bigint[]
      ) AS told (owner_user_id, concurrency, per_provider, account_id, plan_id, weight, account_version, version)
      ORDER BY owner_user_id
      ON CONFLICT (owner_user_id) DO UPDATE
      SET concurrency = excluded.concurrency, per_provider = excluded.per_provider, account_id = excluded.account_id,
        plan_id = excluded.plan_id, weight = excluded.weight, account_version = excluded.account_version,
        version = excluded.version, changed_at = clock_timestamp()
      WHERE (known.concurrency, known.per_provider, known.account_id, known.plan_id, known.weight, known.account_version, known.version)
          IS DISTINCT FROM (excluded.concurrency, excluded.per_provider, excluded.account_id, excluded.plan_id, excluded.weight,
            excluded.account_version, excluded.version)
        -- The gateway may have read them a moment before the news that came meanwhile.
        AND (known.account_id IS DISTINCT FROM excluded.account_id
          OR (known.account_version, known.version) <= (excluded.account_version, excluded.version))`.execute(
      tx.sql,
    );
    return () => this.remember(news, now + REMEMBER_MS);
  }

  private remember(news: readonly (readonly [string, Told])[], until: number): void {
    if (this.written.size + news.length > MOST_REMEMBERED) this.written.clear();
    for (const [owner, limits] of news) this.written.set(owner, { value: nameOf(limits), until });
  }
}

type Told = AcceptRequest['limits'] & { readonly accountId: string };

const nameOf = ({
  accountId,
  planId,
  concurrency,
  perProvider,
  weight,
  accountVersion,
  version,
}: Told): string => [accountId, planId, concurrency, perProvider, weight, accountVersion, version].join(' ');
