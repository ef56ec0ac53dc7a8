import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { AdminUser, AdminUserDetail, AdminUserListQuery, Principal } from '@shotloom/contracts';
import { after, exactly, type Database, type UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type Actor } from '../../audit/audit-log';
import { notFound, pathId } from '../../http/path-id';
import type { IdentityTables } from '../../identity/schema/tables';
import { DATABASE } from '../../platform/parts';
import { containing, toPage } from '../page';

type Tx = UnitOfWork<IdentityTables>['sql'];
type Role = Principal['role'];
interface UserRow extends Omit<AdminUser, 'email_verified_at' | 'disabled_at' | 'created_at'> {
  readonly email_verified_at: Date | null;
  readonly disabled_at: Date | null;
  readonly created_at: Date;
  readonly cursor_at: string;
}

const COLUMNS = sql`id, email, display_name, role, account_id, email_verified_at, disabled_at, created_at,
  ${exactly(sql`created_at`)} as cursor_at`;

/** People, for those who run the platform. */
@Injectable()
export class AdminUsers {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  async list({
    limit,
    cursor,
    query,
    role,
    disabled,
  }: AdminUserListQuery): Promise<{ data: AdminUser[]; next_cursor: string | null }> {
    const words = query === undefined ? null : containing(query.toLowerCase());
    const { rows } = await sql<UserRow>`
      select ${COLUMNS} from identity.users
      where ${after(cursor, sql`created_at`, sql`id`)}
        and (${words}::text is null or lower(email) like ${words} or lower(display_name) like ${words})
        and (${role ?? null}::text is null or role = ${role ?? null})
        and (${disabled ?? null}::boolean is null or (disabled_at is not null) = ${disabled ?? null})
      order by created_at desc, id desc limit ${limit + 1}`.execute(this.database.sql);
    return toPage(rows, limit, toResource);
  }

  async get(id: string): Promise<AdminUserDetail> {
    const executor = this.database.sql;
    const { rows } = await sql<UserRow & Pick<AdminUserDetail, 'accounts' | 'api_keys' | 'own_keys'>>`
      select ${COLUMNS},
        coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'kind', a.kind, 'role', m.role) order by a.created_at)
          from (select * from identity.memberships where user_id = u.id limit 100) m
          join identity.accounts a on a.id = m.account_id), '[]') as accounts,
        (select count(*)::int from identity.api_keys where owner_user_id = u.id and revoked_at is null) as api_keys,
        array(select provider from identity.provider_credentials where owner_user_id = u.id and deleted_at is null
          order by provider) as own_keys
      from identity.users u where id = ${pathId('user', id)}`.execute(executor);
    const [row] = rows;
    if (!row) throw notFound('user', id);
    const { accounts, api_keys, own_keys } = row;
    return { ...toResource(row), accounts, api_keys, own_keys };
  }

  /** From the next second on no key, session or ticket of theirs works. What their jobs do goes on. */
  async disable(id: string, reason: string, by: Principal, actor: Actor): Promise<AdminUserDetail> {
    await this.database.run(async ({ sql: tx }) => {
      const admins = await lockAdmins(tx);
      const user = await lockUser(tx, id);
      mustOutrank(by, user.role);
      if (user.id === by.userId)
        throw new AppError('conflict', 'You cannot switch yourself off; ask another admin.');
      if (user.role === 'admin') mustLeaveAnAdmin(admins, user.id);
      if (user.disabled_at !== null) return;
      await tx
        .updateTable('identity.users')
        .set({ disabled_at: sql<Date>`now()` })
        .where('id', '=', user.id)
        .execute();
      await tx.deleteFrom('identity.tickets').where('owner_user_id', '=', user.id).execute();
      const target = { type: 'user', id: user.id };
      await writeAudit(tx, { actor, action: 'user.disabled', target, details: { reason } });
    });
    return this.get(id);
  }

  async enable(id: string, reason: string, by: Principal, actor: Actor): Promise<AdminUserDetail> {
    await this.database.run(async ({ sql: tx }) => {
      const user = await lockUser(tx, id);
      mustOutrank(by, user.role);
      if (user.disabled_at === null) return;
      await tx.updateTable('identity.users').set({ disabled_at: null }).where('id', '=', user.id).execute();
      const target = { type: 'user', id: user.id };
      await writeAudit(tx, { actor, action: 'user.enabled', target, details: { reason } });
    });
    return this.get(id);
  }

  /** Throws `conflict` for the last admin who could give the role back. */
  async changeRole(id: string, role: Role, reason: string, actor: Actor): Promise<AdminUserDetail> {
    await this.database.run(async ({ sql: tx }) => {
      const admins = await lockAdmins(tx);
      const user = await lockUser(tx, id);
      if (user.role === role) return;
      if (user.role === 'admin' && user.disabled_at === null) mustLeaveAnAdmin(admins, user.id);
      await tx.updateTable('identity.users').set({ role }).where('id', '=', user.id).execute();
      const target = { type: 'user', id: user.id };
      const details = { from: user.role, to: role, reason };
      await writeAudit(tx, { actor, action: 'user.role_changed', target, details });
    });
    return this.get(id);
  }
}

/** All who can act as admins, locked in one order: two who take each other's role follow each other. */
async function lockAdmins(tx: Tx): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('identity.users')
    .select('id')
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute();
  return rows.map((row) => row.id);
}

function lockUser(tx: Tx, id: string): Promise<{ id: string; role: Role; disabled_at: Date | null }> {
  return tx
    .selectFrom('identity.users')
    .select(['id', 'role', 'disabled_at'])
    .where('id', '=', pathId('user', id))
    .forUpdate()
    .executeTakeFirstOrThrow(() => notFound('user', id));
}

function mustOutrank({ role }: Principal, other: Role): void {
  if (role === 'admin' || other === 'user') return;
  throw new AppError('forbidden', `Only an admin may do this to somebody with the role ${other}.`);
}

function mustLeaveAnAdmin(admins: readonly string[], without: string): void {
  if (admins.some((id) => id !== without)) return;
  throw new AppError('conflict', 'This is the last admin: make somebody else one first.');
}

function toResource(row: UserRow): AdminUser {
  const { id, email, display_name, role, account_id } = row;
  return {
    ...{ id, email, display_name, role, account_id },
    email_verified_at: row.email_verified_at?.toISOString() ?? null,
    disabled_at: row.disabled_at?.toISOString() ?? null,
    created_at: row.created_at.toISOString(),
  };
}
