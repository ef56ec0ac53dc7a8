import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { CreateApiKey, Principal } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError, newId } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../audit/audit-log';
import { notFound } from '../http/path-id';
import { DATABASE } from '../platform/parts';
import { createApiKey } from './api-key';
import { KEY_COLUMNS, type ApiKeyRow } from './api-key-resource';
import { claimKey } from './idempotency';
import { Revocations } from './revocations';
import type { IdentityTables, ScopeName } from './schema/tables';

type Work = UnitOfWork<IdentityTables>;

/** A key just made. `secret` is the whole key, shown once; null where an earlier request made it. */
export interface MadeKey {
  readonly row: ApiKeyRow;
  readonly secret: string | null;
}

interface Ask {
  readonly principal: Principal;
  readonly actor: Actor;
  readonly idempotencyKey: string | undefined;
}

/** Living keys of one user. */
const KEYS_PER_USER = 100;

/** A user's API keys. Another user's are not found. */
@Injectable()
export class ApiKeys {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly revocations: Revocations,
  ) {}

  /** Newest first, after the key `cursor`; one more than the page, where there is more. */
  async list(userId: string, limit: number, cursor: string | undefined): Promise<ApiKeyRow[]> {
    let query = this.database.sql
      .selectFrom('identity.api_keys')
      .select(KEY_COLUMNS)
      .where('owner_user_id', '=', userId);
    if (cursor !== undefined) query = query.where('id', '<', cursor);
    return query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
  }

  /** Never with more scopes than the caller has. Throws `forbidden`, `invalid_input` or `conflict`. */
  async create(wanted: CreateApiKey, ask: Ask): Promise<MadeKey> {
    const { principal, actor, idempotencyKey: key } = ask;
    refuseMoreScopes(wanted.scopes, principal);
    const expiresAt = readExpiry(wanted.expires_at);
    const route = 'POST /api/v1/api-keys';
    return this.database.run(async (work) => {
      const id = newId();
      const known = await claimKey(work.sql, { userId: principal.userId, route, key, body: wanted }, id);
      if (known !== null) return this.shown(work, principal.userId, known);
      await refuseTooMany(work, principal.userId);
      const made = await insertKey(work, {
        id,
        account_id: principal.accountId,
        owner_user_id: principal.userId,
        name: wanted.name,
        scopes: wanted.scopes,
        expires_at: expiresAt,
        monthly_credit_limit: wanted.monthly_credit_limit ?? null,
      });
      await audit(work, actor, 'api_key.created', made.row, { scopes: wanted.scopes });
      return made;
    });
  }

  /** A key like it with another secret; the old one ends after the overlap. Throws `not_found`, `conflict` or `forbidden`. */
  async rotate(keyId: string, overlapSeconds: number, ask: Ask): Promise<MadeKey> {
    const { principal, actor, idempotencyKey: key } = ask;
    const body = { id: keyId, overlap_seconds: overlapSeconds };
    const route = 'POST /api/v1/api-keys/:id/rotate';
    return this.database.run(async (work) => {
      const id = newId();
      const known = await claimKey(work.sql, { userId: principal.userId, route, key, body }, id);
      if (known !== null) return this.shown(work, principal.userId, known);
      const old = await lockLiving(work, principal.userId, keyId);
      refuseMoreScopes(old.scopes, principal);
      const made = await insertKey(work, {
        id,
        account_id: old.account_id,
        owner_user_id: principal.userId,
        name: old.name,
        scopes: old.scopes,
        expires_at: old.expires_at,
        monthly_credit_limit: old.monthly_credit_limit,
        rotated_from: keyId,
        root_key_id: old.root_key_id ?? keyId,
      });
      await this.end(work, keyId, overlapSeconds);
      await audit(work, actor, 'api_key.rotated', made.row, { from: keyId, overlapSeconds });
      return made;
    });
  }

  /** Ends a key at once. Doing it again changes nothing. Throws `not_found`. */
  async revoke(keyId: string, { principal, actor }: Omit<Ask, 'idempotencyKey'>): Promise<void> {
    await this.database.run(async (work) => {
      const row = await work.sql
        .selectFrom('identity.api_keys')
        .select(KEY_COLUMNS)
        .where('id', '=', keyId)
        .where('owner_user_id', '=', principal.userId)
        .forUpdate()
        .executeTakeFirst();
      if (!row) throw notFound('API key', keyId);
      if (row.revoked_at !== null) return;
      await this.end(work, keyId, 0);
      await audit(work, actor, 'api_key.revoked', row, {});
    });
  }

  private async end(work: Work, keyId: string, afterSeconds: number): Promise<void> {
    const later = sql<Date>`least(expires_at, now() + make_interval(secs => ${afterSeconds}))`;
    await work.sql
      .updateTable('identity.api_keys')
      .set(afterSeconds > 0 ? { expires_at: later } : { revoked_at: sql<Date>`now()` })
      .where('id', '=', keyId)
      .execute();
    if (afterSeconds === 0) this.revocations.afterCommit(work, { keyIds: [keyId] });
  }

  private async shown(work: Work, userId: string, keyId: string): Promise<MadeKey> {
    const row = await work.sql
      .selectFrom('identity.api_keys')
      .select(KEY_COLUMNS)
      .where('id', '=', keyId)
      .where('owner_user_id', '=', userId)
      .executeTakeFirstOrThrow();
    return { row, secret: null };
  }
}

interface NewKey {
  readonly id: string;
  readonly account_id: string;
  readonly owner_user_id: string;
  readonly name: string;
  readonly scopes: ScopeName[];
  readonly expires_at: Date | null;
  readonly monthly_credit_limit: number | string | null;
  readonly rotated_from?: string;
  readonly root_key_id?: string;
}

async function insertKey({ sql: tx }: Work, facts: NewKey): Promise<MadeKey> {
  const { key, prefix, secretHash } = createApiKey();
  const row = await tx
    .insertInto('identity.api_keys')
    .values({ ...facts, scopes: [...new Set(facts.scopes)], prefix, secret_hash: secretHash })
    .returning(KEY_COLUMNS)
    .executeTakeFirstOrThrow();
  return { row, secret: key };
}

async function lockLiving({ sql: tx }: Work, userId: string, keyId: string) {
  const row = await tx
    .selectFrom('identity.api_keys')
    .select(['account_id', 'name', 'scopes', 'expires_at', 'monthly_credit_limit', 'root_key_id'])
    .select(
      sql<boolean>`revoked_at is null and (expires_at is null or expires_at > now())
        and not exists (select from identity.api_keys next where next.rotated_from = identity.api_keys.id)`.as(
        'living',
      ),
    )
    .where('id', '=', keyId)
    .where('owner_user_id', '=', userId)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw notFound('API key', keyId);
  if (row.living) return row;
  throw new AppError('conflict', 'This key has ended or was rotated already: make a new one.');
}

async function refuseTooMany({ sql: tx }: Work, userId: string): Promise<void> {
  // The user's row, so that two at once do not both count 99.
  await tx.selectFrom('identity.users').select('id').where('id', '=', userId).forUpdate().execute();
  const { count } = await tx
    .selectFrom('identity.api_keys')
    .select((where) => where.fn.countAll<number>().as('count'))
    .where('owner_user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]))
    .executeTakeFirstOrThrow();
  if (count < KEYS_PER_USER) return;
  throw new AppError('conflict', `There are ${KEYS_PER_USER} keys already: delete one that is not used.`);
}

function refuseMoreScopes(scopes: readonly ScopeName[], principal: Principal): void {
  const missing = scopes.filter((scope) => !principal.scopes.includes(scope));
  if (missing.length === 0) return;
  const reason = `You do not have the scope ${missing.join(', ')} yourself.`;
  throw new AppError('forbidden', reason, { fields: [{ field: 'scopes', reason }] });
}

function readExpiry(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const at = new Date(text);
  if (at.getTime() > Date.now()) return at;
  const reason = 'This is in the past: give a time to come, or leave it out.';
  throw new AppError('invalid_input', reason, { fields: [{ field: 'expires_at', reason }] });
}

async function audit(
  { sql: tx }: Work,
  actor: Actor,
  action: string,
  row: ApiKeyRow,
  details: Record<string, unknown>,
): Promise<void> {
  const target = { type: 'api_key', id: row.id };
  await writeAudit(tx, {
    actor,
    action,
    target,
    accountId: row.account_id,
    details: { name: row.name, ...details },
  });
}
