import { sql } from 'kysely';
import type { Storage } from '../app.tokens';
import { keepUp } from '../sweep/keep-up';

const LIMITS = { batch: 500, rounds: 20 };
/** What expired before was taken out before; a pause of the service may be so long. */
const LOOK_BACK = sql`interval '7 days'`;

/**
 * Takes entries out of the gallery whose link has expired. Nobody sees them, and they do not come back: a link that is made anew enters the
 * gallery anew. Each page would read over all of them. What somebody has complained of waits for an operator. Returns how many.
 */
export function takeOutExpired({ database }: Pick<Storage, 'database'>, limits = LIMITS): Promise<number> {
  return keepUp(limits, async () => {
    // The share before the entry, as everywhere.
    const { numAffectedRows } = await sql`
      delete from media.gallery_entries where status = 'published' and entry_id in (
        select share.share_id from media.shares as share
        join media.gallery_entries as entry on entry.entry_id = share.share_id
        where share.expires_at <= now() and share.expires_at > now() - ${LOOK_BACK}
          and entry.status = 'published' and entry.open_reports = 0
        order by share.expires_at limit ${limits.batch} for update of share skip locked)`.execute(
      database.sql,
    );
    return Number(numAffectedRows ?? 0n);
  });
}
