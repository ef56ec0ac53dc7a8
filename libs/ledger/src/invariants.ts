import { sql } from 'kysely';
import type { LedgerExecutor } from './executor';

/**
 * Everything that must be true of the ledger at any moment, in one statement and so on one snapshot. Each row is a
 * sentence about something that is wrong. It reads the whole ledger: run it on a replica once the ledger is large.
 */
const CHECKS = `
  with posted as (
    select account_id, sum(amount) as amount from (
      select debit_account_id as account_id, -amount as amount from ledger.transfers
      union all
      select credit_account_id, amount from ledger.transfers
    ) as sides group by account_id
  ), open_holds as (
    select owner_id, sum(amount) as amount from ledger.holds where state = 'open' group by owner_id
  ), lots_left as (
    select owner_id, sum(remaining) as amount from ledger.lots group by owner_id
  ), lots_held as (
    select hl.lot_id, sum(case when h.state = 'open' then hl.amount else hl.captured_amount end) as amount
    from ledger.hold_lots hl join ledger.holds h on h.id = hl.hold_id group by hl.lot_id
  ), lots_gone as (
    select lot_id, sum(amount) as amount from ledger.transfers where kind in ('expire', 'repay') group by lot_id
  ), named as (
    select hold_id, sum(amount) as amount, sum(captured_amount) as captured from ledger.hold_lots group by hold_id
  ), moved as (
    select h.id,
      coalesce(sum(t.amount) filter (where t.kind = 'hold'), 0)
        - coalesce(sum(t.amount) filter (where t.kind = 'split'), 0)
        + coalesce((select sum(s.amount) from ledger.transfers s
            where s.kind = 'split' and s.reference = h.id::text), 0) as held,
      coalesce(sum(t.amount) filter (where t.kind = 'capture'), 0) as captured,
      coalesce(sum(t.amount) filter (where t.kind = 'release'), 0) as returned
    from ledger.holds h left join ledger.transfers t on t.hold_id = h.id group by h.id
  )
  select format('The sum of all balances is %s and not zero', sum(balance)) as problem
    from ledger.accounts having sum(balance) <> 0
  union all
  select format('Account %s (%s of %s) has %s, its transfers give %s', a.id, a.kind, a.owner_id, a.balance,
      coalesce(p.amount, 0))
    from ledger.accounts a left join posted p on p.account_id = a.id where a.balance <> coalesce(p.amount, 0)
  union all
  select format('Transfers name the account %s, which is not there', p.account_id)
    from posted p left join ledger.accounts a on a.id = p.account_id where a.id is null
  union all
  select format('Account %s (%s of %s) is negative: %s', id, kind, owner_id, balance)
    from ledger.accounts where kind not in ('source', 'debt') and balance < 0
  union all
  select format('Owner %s has %s held, open holds are %s', a.owner_id, a.balance, coalesce(o.amount, 0))
    from ledger.accounts a left join open_holds o on o.owner_id = a.owner_id
    where a.kind = 'held' and a.balance <> coalesce(o.amount, 0)
  union all
  select format('Owner %s has %s available, lots hold %s', a.owner_id, a.balance, coalesce(l.amount, 0))
    from ledger.accounts a left join lots_left l on l.owner_id = a.owner_id
    where a.kind = 'available' and a.balance <> coalesce(l.amount, 0)
  union all
  select format('Lot %s of %s has %s left, %s in holds and %s written off', l.id, l.amount, l.remaining,
      coalesce(h.amount, 0), coalesce(g.amount, 0))
    from ledger.lots l left join lots_held h on h.lot_id = l.id left join lots_gone g on g.lot_id = l.id
    where l.amount <> l.remaining + coalesce(h.amount, 0) + coalesce(g.amount, 0)
  union all
  select format('Hold %s of %s (captured %s) names lots of %s (captured %s)', h.id, h.amount, h.captured_amount,
      coalesce(n.amount, 0), coalesce(n.captured, 0))
    from ledger.holds h left join named n on n.hold_id = h.id
    where h.amount <> coalesce(n.amount, 0) or h.captured_amount <> coalesce(n.captured, 0)
  union all
  select format('Hold %s of %s is %s, its transfers are %s held, %s captured, %s returned', h.id, h.amount, h.state,
      m.held, m.captured, m.returned)
    from ledger.holds h join moved m on m.id = h.id
    where h.amount <> m.held or h.captured_amount <> m.captured
      or m.returned <> case when h.state = 'open' then 0 else h.amount - h.captured_amount end
  union all
  select format('Hold %s is %s and its resolution says %s', h.id, h.state, coalesce(r.outcome, 'nothing'))
    from ledger.holds h left join ledger.resolutions r on r.hold_id = h.id
    where coalesce(r.outcome, 'open') <> h.state
      or (r.hold_id is not null and (r.captured <> h.captured_amount or r.captured + r.returned <> h.amount))
  order by 1`;

/** Says in sentences what does not add up; empty means that the ledger is exact. */
export async function checkInvariants(ex: LedgerExecutor): Promise<string[]> {
  const { rows } = await sql.raw<{ problem: string }>(CHECKS).execute(ex);
  return rows.map((row) => row.problem);
}
