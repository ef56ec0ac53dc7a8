import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { sql as raw, type Selectable } from 'kysely';
import type {
  AccountListQuery,
  CreateInvitation,
  InvitationPage,
  InvitationResource,
  Principal,
} from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../audit/audit-log';
import { invitationLimits } from '../auth/limits';
import { Throttle } from '../auth/throttle';
import { publicUrl, type Config } from '../config';
import { notFound } from '../http/path-id';
import { claimKey } from '../identity/idempotency';
import type { InvitationsTable } from '../identity/schema/limit-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { CONFIG, DATABASE } from '../platform/parts';
import { lockAccount, managerOf, onlyOrganisations, refuseBeyondPlan } from './membership';
import { mayTouch } from './members';
import { pageOf, readIdCursor } from './pages';

type Tx = UnitOfWork<IdentityTables>['sql'];
type InvitationRow = Selectable<InvitationsTable>;

const VALID_DAYS = 7;
const DAY_SECONDS = 86_400;
/** Pending ones of an account: each is a mail. */
const MOST_PENDING = 100;

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Links in mails by which people join organisations. */
@Injectable()
export class Invitations {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) private readonly config: Config,
    private readonly throttle: Throttle,
  ) {}

  async list(
    principal: Principal,
    accountId: string,
    { limit, cursor }: AccountListQuery,
  ): Promise<InvitationPage> {
    const { sql } = this.database;
    await managerOf(sql, accountId, principal.userId, 'no lock');
    const rows = await sql
      .selectFrom('identity.invitations')
      .selectAll()
      .where('account_id', '=', accountId)
      .where('expires_at', '>', raw<Date>`now()`)
      .where('id', '>', readIdCursor(cursor))
      .orderBy('id')
      .limit(limit + 1)
      .execute();
    return pageOf(rows.map(toInvitation), limit, ({ id }) => id);
  }

  /** A second one for the same address takes the place of the first, whose link ends. Throws `rate_limited`: each is a mail. */
  async create(
    principal: Principal,
    accountId: string,
    body: CreateInvitation,
    { actor, idempotencyKey }: { readonly actor: Actor; readonly idempotencyKey: string | undefined },
  ): Promise<InvitationResource> {
    const token = `in_${randomBytes(32).toString('base64url')}`;
    const id = newId();
    return this.database.run(async ({ sql }) => {
      const manager = await managerOf(sql, accountId, principal.userId);
      onlyOrganisations(manager);
      mayTouch(manager.role, [body.role]);
      const route = `POST /api/v1/accounts/${accountId}/invitations`;
      const request = { userId: principal.userId, route, key: idempotencyKey, body };
      const known = await claimKey(sql, request, id);
      if (known !== null) return invitedBefore(sql, accountId, known);
      await refuseMember(sql, accountId, body.email);
      await refuseBeyondPlan(sql, accountId, 1);
      await this.throttle.take(invitationLimits(principal.userId, body.email), sql);
      await makeRoom(sql, accountId, body.email);
      const row = await sql
        .insertInto('identity.invitations')
        .values({
          id,
          account_id: accountId,
          email: body.email,
          role: body.role,
          monthly_credit_limit: body.monthly_credit_limit ?? null,
          token_hash: hashOf(token),
          invited_by: principal.userId,
          expires_at: raw<Date>`now() + make_interval(days => ${VALID_DAYS})`,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      await this.mail(sql, row, token);
      await audit(sql, actor, 'invitation.created', row);
      return toInvitation(row);
    });
  }

  async revoke(principal: Principal, accountId: string, id: string, actor: Actor): Promise<void> {
    await this.database.run(async ({ sql }) => {
      await managerOf(sql, accountId, principal.userId);
      const row = await sql
        .deleteFrom('identity.invitations')
        .where('id', '=', id)
        .where('account_id', '=', accountId)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw notFound('invitation', id);
      await audit(sql, actor, 'invitation.revoked', row);
    });
  }

  /**
   * Makes the caller a member. The row is the right to join, good once; it is for the person whose address was invited and proven. What
   * is no invitation, has expired or is for another address looks the same. Returns the account.
   */
  async accept(principal: Principal, token: string, actor: Actor): Promise<string> {
    return this.database.run(async ({ sql }) => {
      const found = await sql
        .selectFrom('identity.invitations as invitation')
        .innerJoin('identity.users as user', (join) =>
          join.on((where) =>
            where(
              where.fn<string>('lower', ['user.email']),
              '=',
              where.fn<string>('lower', ['invitation.email']),
            ),
          ),
        )
        .select(['invitation.id', 'invitation.account_id'])
        .where('invitation.token_hash', '=', hashOf(token))
        .where('invitation.expires_at', '>', raw<Date>`now()`)
        .where('user.id', '=', principal.userId)
        .where('user.email_verified_at', 'is not', null)
        .executeTakeFirst();
      if (!found) throw noInvitation();
      await lockAccount(sql, found.account_id);
      const row = await sql
        .deleteFrom('identity.invitations')
        .where('id', '=', found.id)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw noInvitation();
      await refuseBeyondPlan(sql, row.account_id, 1);
      const { account_id, role, monthly_credit_limit } = row;
      await sql
        .insertInto('identity.memberships')
        .values({ account_id, user_id: principal.userId, role, monthly_credit_limit })
        .onConflict((conflict) => conflict.columns(['account_id', 'user_id']).doNothing())
        .execute();
      await audit(sql, actor, 'invitation.accepted', row);
      return account_id;
    });
  }

  private async mail(sql: Tx, row: InvitationRow, token: string): Promise<void> {
    const { name } = await sql
      .selectFrom('identity.accounts')
      .select('name')
      .where('id', '=', row.account_id)
      .executeTakeFirstOrThrow();
    const link = `${publicUrl(this.config)}/invitations#token=${token}`;
    await addMail(sql, {
      to: row.email,
      subject: `You are invited to ${name}`,
      text: `You are invited to share the account ${name} as ${row.role}.\nSign in with this e-mail address and open ${link}\nThe link is good for ${VALID_DAYS} days. If you do not know who this is from, ignore it.`,
      usefulSeconds: VALID_DAYS * DAY_SECONDS,
    });
  }
}

/** What an earlier request with the same key made. Throws `conflict` where it is gone by now. */
async function invitedBefore(sql: Tx, accountId: string, id: string): Promise<InvitationResource> {
  const row = await sql
    .selectFrom('identity.invitations')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  if (row) return toInvitation(row);
  throw new AppError(
    'conflict',
    'This request was done before, and its invitation has been used or taken back since: use a new Idempotency-Key for another.',
  );
}

function noInvitation(): AppError {
  return new AppError(
    'not_found',
    'There is no such invitation for your e-mail address: it was used, taken back or has expired, or you are signed in as somebody else.',
  );
}

async function refuseMember(sql: Tx, accountId: string, email: string): Promise<void> {
  const member = await sql
    .selectFrom('identity.memberships as member')
    .innerJoin('identity.users as user', 'user.id', 'member.user_id')
    .select('user.id')
    .where('member.account_id', '=', accountId)
    .where((where) => where(where.fn<string>('lower', ['user.email']), '=', email.toLowerCase()))
    .executeTakeFirst();
  if (member) throw new AppError('conflict', `${email} is a member of this account already.`);
}

/** Forgets an earlier one for the address, and those that have expired. Throws `conflict` where too many wait. */
async function makeRoom(sql: Tx, accountId: string, email: string): Promise<void> {
  await sql
    .deleteFrom('identity.invitations')
    .where('account_id', '=', accountId)
    .where((where) =>
      where.or([
        where(where.fn<string>('lower', ['email']), '=', email.toLowerCase()),
        where('expires_at', '<=', raw<Date>`now()`),
      ]),
    )
    .execute();
  const { count } = await sql
    .selectFrom('identity.invitations')
    .select((where) => where.fn.countAll<string>().as('count'))
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow();
  if (Number(count) < MOST_PENDING) return;
  throw new AppError('conflict', `${MOST_PENDING} invitations wait for an answer; take some back first.`);
}

const audit = (sql: Tx, actor: Actor, action: string, row: InvitationRow): Promise<void> =>
  writeAudit(sql, {
    actor,
    action,
    target: { type: 'invitation', id: row.id },
    accountId: row.account_id,
    details: { email: row.email, role: row.role },
  });

function toInvitation(row: InvitationRow): InvitationResource {
  const limit = row.monthly_credit_limit;
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    monthly_credit_limit: limit === null ? null : Number(limit),
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
  };
}
