import { sql, type RawBuilder } from 'kysely';

/** Owners from the one after `after` to `upTo`; null is no bound. Every row of the ledger has an owner. */
export interface OwnerRange {
  readonly after: string | null;
  readonly upTo: string | null;
}

/** Each row of a check is a sentence about something that is wrong. */
export type Check = RawBuilder<{ problem: string }>;

type Within = (column: string) => RawBuilder<unknown>;

function within({ after, upTo }: OwnerRange): Within {
  return (column) => {
    const above = after === null ? sql`true` : sql`${sql.ref(column)} > ${after}::uuid`;
    const below = upTo === null ? sql`true` : sql`${sql.ref(column)} <= ${upTo}::uuid`;
    return sql`(${above} and ${below})`;
  };
}

/** Everything that must be true of the payers in a range at any moment. */
export function ownerChecks(range: OwnerRange): Check[] {
  const of = within(range);
  return [accountChecks(of), lotChecks(of), holdChecks(of), namedBudgetChecks(of)];
}

/** A transfer is between accounts of one owner, so the balances of each owner are zero together. */
const accountChecks = (of: Within): Check => sql`
  with posted as (
    select account_id, sum(amount) as amount from (
      select debit_account_id as account_id, -amount as amount from ledger.transfers where ${of('owner_id')}
      union all
      select credit_account_id, amount from ledger.transfers where ${of('owner_id')}
    ) as sides group by account_id
  )
  select format('The balances of owner %s add up to %s and not to zero', owner_id, sum(balance)) as problem
    from ledger.accounts where ${of('owner_id')} group by owner_id having sum(balance) <> 0
  union all
  select format('Account %s (%s of %s) has %s, its transfers give %s', a.id, a.kind, a.owner_id, a.balance,
      coalesce(p.amount, 0))
    from ledger.accounts a left join posted p on p.account_id = a.id
    where a.balance <> coalesce(p.amount, 0) and ${of('a.owner_id')}
  union all
  select format('Transfers name the account %s, which is not there', p.account_id)
    from posted p left join ledger.accounts a on a.id = p.account_id where a.id is null
  union all
  select format('Account %s (%s of %s) is negative: %s', id, kind, owner_id, balance)
    from ledger.accounts where kind not in ('source', 'debt') and balance < 0 and ${of('owner_id')}`;

/** What is available is what lots have left; what is held is what open holds hold. */
const lotChecks = (of: Within): Check => sql`
  with open_holds as (
    select owner_id, sum(amount) as amount from ledger.holds
    where state = 'open' and ${of('owner_id')} group by owner_id
  ), lots_left as (
    select owner_id, sum(remaining) as amount from ledger.lots where ${of('owner_id')} group by owner_id
  ), lots_held as (
    select hl.lot_id, sum(case when h.state = 'open' then hl.amount else hl.captured_amount end) as amount
    from ledger.lots l join ledger.hold_lots hl on hl.lot_id = l.id join ledger.holds h on h.id = hl.hold_id
    where ${of('l.owner_id')} group by hl.lot_id
  ), lots_gone as (
    select lot_id, sum(amount) as amount from ledger.transfers
    where kind in ('expire', 'repay') and ${of('owner_id')} group by lot_id
  )
  select format('Owner %s has %s held, open holds are %s', a.owner_id, a.balance, coalesce(o.amount, 0))
    from ledger.accounts a left join open_holds o on o.owner_id = a.owner_id
    where a.kind = 'held' and a.balance <> coalesce(o.amount, 0) and ${of('a.owner_id')}
  union all
  select format('Owner %s has %s available, lots hold %s', a.owner_id, a.balance, coalesce(l.amount, 0))
    from ledger.accounts a left join lots_left l on l.owner_id = a.owner_id
    where a.kind = 'available' and a.balance <> coalesce(l.amount, 0) and ${of('a.owner_id')}
  union all
  select format('Lot %s of %s has %s left, %s in holds and %s written off', l.id, l.amount, l.remaining,
      coalesce(h.amount, 0), coalesce(g.amount, 0))
    from ledger.lots l left join lots_held h on h.lot_id = l.id left join lots_gone g on g.lot_id = l.id
    where l.amount <> l.remaining + coalesce(h.amount, 0) + coalesce(g.amount, 0) and ${of('l.owner_id')}`;

/** A hold is what its lots, its transfers and its resolution say. */
const holdChecks = (of: Within): Check => sql`
  with named as (
    select hl.hold_id, sum(hl.amount) as amount, sum(hl.captured_amount) as captured
    from ledger.holds h join ledger.hold_lots hl on hl.hold_id = h.id where ${of('h.owner_id')} group by hl.hold_id
  ), moved as (
    select h.id,
      coalesce(sum(t.amount) filter (where t.kind = 'hold'), 0)
        - coalesce(sum(t.amount) filter (where t.kind = 'split'), 0)
        + coalesce((select sum(s.amount) from ledger.transfers s
            where s.kind = 'split' and s.reference = h.id::text), 0) as held,
      coalesce(sum(t.amount) filter (where t.kind = 'capture'), 0) as captured,
      coalesce(sum(t.amount) filter (where t.kind = 'release'), 0) as returned
    from ledger.holds h left join ledger.transfers t on t.hold_id = h.id
    where ${of('h.owner_id')} group by h.id
  )
  select format('Hold %s of %s (captured %s) names lots of %s (captured %s)', h.id, h.amount, h.captured_amount,
      coalesce(n.amount, 0), coalesce(n.captured, 0))
    from ledger.holds h left join named n on n.hold_id = h.id
    where (h.amount <> coalesce(n.amount, 0) or h.captured_amount <> coalesce(n.captured, 0))
      and ${of('h.owner_id')}
  union all
  select format('Hold %s of %s is %s, its transfers are %s held, %s captured, %s returned', h.id, h.amount, h.state,
      m.held, m.captured, m.returned)
    from ledger.holds h join moved m on m.id = h.id
    where h.amount <> m.held or h.captured_amount <> m.captured
      or m.returned <> case when h.state = 'open' then 0 else h.amount - h.captured_amount end
  union all
  select format('Hold %s is %s and its resolution says %s', h.id, h.state, coalesce(r.outcome, 'nothing'))
    from ledger.holds h left join ledger.resolutions r on r.hold_id = h.id
    where (coalesce(r.outcome, 'open') <> h.state
        or (r.hold_id is not null and (r.captured <> h.captured_amount or r.captured + r.returned <> h.amount)))
      and ${of('h.owner_id')}`;

/** Whether holds name budgets as they say, and children those of their parents. */
const namedBudgetChecks = (of: Within): Check => sql`
  select format('Hold %s has "budgeted" %s and names %s budgets', h.id, h.budgeted, n.named) as problem
    from ledger.holds h
    -- A count, since the planner may answer "exists" by reading the whole table once.
    cross join lateral (select count(*) as named from ledger.hold_budgets where hold_id = h.id) n
    where h.budgeted <> (n.named > 0) and ${of('h.owner_id')}
  union all
  select format('Hold %s does not count against the budgets of its parent %s', h.id, h.parent_hold_id)
    from ledger.holds h
    where h.parent_hold_id is not null and ${of('h.owner_id')} and exists (
      select from ledger.hold_budgets n where n.hold_id in (h.id, h.parent_hold_id)
      group by n.key, n.period having count(*) <> 2)`;

/** Where a budget stands in the order of all. */
export interface BudgetPlace {
  readonly key: string;
  readonly period: string;
}

/** A budget has spent what open holds that name it hold, and what was captured of the others. */
export function budgetCheck({ after, upTo }: { after: BudgetPlace | null; upTo: BudgetPlace | null }): Check {
  const of = (table: string): RawBuilder<unknown> => {
    const place = sql`(${sql.ref(`${table}.key`)}, ${sql.ref(`${table}.period`)})`;
    const above = after === null ? sql`true` : sql`${place} > (${after.key}, ${after.period})`;
    const below = upTo === null ? sql`true` : sql`${place} <= (${upTo.key}, ${upTo.period})`;
    return sql`(${above} and ${below})`;
  };
  return sql`
    with counted as (
      select n.key, n.period, sum(case when h.state = 'open' then h.amount else h.captured_amount end) as amount
      from ledger.hold_budgets n join ledger.holds h on h.id = n.hold_id where ${of('n')} group by n.key, n.period
    )
    select format('Budget %s of %s has %s spent, its holds give %s', b.key, b.period, b.spent, coalesce(c.amount, 0))
        as problem
      from ledger.budgets b left join counted c on c.key = b.key and c.period = b.period
      where b.spent <> coalesce(c.amount, 0) and ${of('b')}`;
}
