import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { sql } from 'kysely';
import type { ChangeCredits, ChangedCredits, RefundJob } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { chargeBack, getBalance, grant, readHolds } from '@shotloom/ledger';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { tellCredits } from '../../credits/credit-news';
import { notFound, pathId } from '../../http/path-id';
import type { IdentityTables } from '../../identity/schema/tables';
import { BUS, DATABASE } from '../../platform/parts';

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface CreditsAnswer extends ChangedCredits {
  /** True where the same was done before: nothing has happened now. */
  readonly replayed: boolean;
}

interface Posted {
  readonly accountId: string;
  readonly kind: string;
  readonly amount: number;
  readonly reason: string | null;
}

/** Credits that an admin gives, takes or gives back. Each is one posting under a reference of its own, so it happens once. */
@Injectable()
export class CreditChanges {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  /** The same key for the same change is one change. Throws `conflict` where the key was used for another. */
  async change(id: string, body: ChangeCredits, key: string, actor: Actor): Promise<CreditsAnswer> {
    const accountId = pathId('account', id);
    const { amount, reason, expires_at: expiresAt } = body;
    const reference = `admin:${createHash('sha256').update(`${actor.userId} ${key}`).digest('hex')}`;
    const kind = amount > 0 ? 'grant' : 'chargeback';
    return this.database.run(async (work) => {
      const { sql: tx } = work;
      await mustExist(tx, accountId);
      // One at a time for each key, so that a second never finds the first half done.
      await sql`select pg_advisory_xact_lock(hashtextextended(${reference}, 0))`.execute(tx);
      const before = await findPosted(tx, reference);
      if (before) {
        const same = { accountId, kind, amount: Math.abs(amount), reason };
        if (JSON.stringify(same) !== JSON.stringify(before)) {
          throw new AppError('conflict', 'This Idempotency-Key was used for another change. Use a new key.');
        }
        return answer(tx, accountId, amount, true);
      }
      const posting = { accountId, amount: Math.abs(amount), reference, reason };
      const expiry = expiresAt === undefined ? undefined : new Date(expiresAt);
      if (amount > 0) await grant(tx, { ...posting, expiresAt: expiry });
      else await chargeBack(tx, posting);
      const action = amount > 0 ? 'credits.granted' : 'credits.taken';
      const details = { amount, reason, reference, expires_at: expiresAt ?? null };
      const target = { type: 'account', id: accountId };
      await writeAudit(tx, { actor, action, target, accountId, details });
      tellCredits(this.bus, work, { accountIds: [accountId] });
      return answer(tx, accountId, amount, false);
    });
  }

  /** Gives back what a job was charged, once. Throws `conflict` where nothing was charged, or another sum was given back before. */
  async refund(id: string, { credits, reason }: RefundJob, actor: Actor): Promise<CreditsAnswer> {
    const jobId = pathId('job', id);
    return this.database.run(async (work) => {
      const { sql: tx } = work;
      const hold = (await readHolds(tx, [jobId])).get(jobId);
      if (!hold) throw notFound('job', id);
      const { accountId, captured, state } = hold;
      if (state === 'open')
        throw new AppError('conflict', 'The job is not over yet: nothing was charged. Cancel it instead.');
      if (captured === 0)
        throw new AppError('conflict', 'The job was charged nothing, so there is nothing to give back.');
      const amount = credits ?? captured;
      if (amount > captured) {
        const why = `The job was charged ${captured} credits; no more can be given back.`;
        throw new AppError('invalid_input', why, { fields: [{ field: 'credits', reason: why }] });
      }
      const reference = `refund:${jobId}`;
      const { status } = await grant(tx, { accountId, amount, reference, reason });
      if (status === 'already') return answer(tx, accountId, amount, true);
      const details = { amount, reason, charged: captured };
      const target = { type: 'job', id: jobId };
      await writeAudit(tx, { actor, action: 'job.refunded', target, accountId, details });
      tellCredits(this.bus, work, { accountIds: [accountId] });
      return answer(tx, accountId, amount, false);
    });
  }
}

async function mustExist(tx: Tx, accountId: string): Promise<void> {
  await tx
    .selectFrom('identity.accounts')
    .select('id')
    .where('id', '=', accountId)
    .executeTakeFirstOrThrow(() => notFound('account', accountId));
}

async function findPosted(tx: Tx, reference: string): Promise<Posted | undefined> {
  const { rows } = await sql<Posted>`
    select owner_id as "accountId", kind, amount::float8 as amount, reason from ledger.transfers
    where reference = ${reference} and kind in ('grant', 'chargeback') limit 1`.execute(tx);
  return rows[0];
}

async function answer(tx: Tx, accountId: string, amount: number, replayed: boolean): Promise<CreditsAnswer> {
  const { available, held } = await getBalance(tx, accountId);
  return { account_id: accountId, amount, credits: { available, held }, replayed };
}
