import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { sql, type RawBuilder } from 'kysely';
import {
  auditPageSchema,
  auditQuerySchema,
  type AuditEntryResource,
  type AuditQuery,
} from '@shotloom/contracts';
import { after, exactly, type Database } from '@shotloom/database';
import { Answers, TakesQuery } from '../../docs/route-docs';
import { RequireRole } from '../../identity/principal';
import type { IdentityTables } from '../../identity/schema/tables';
import { DATABASE } from '../../platform/parts';
import { toPage } from '../page';

type Row = Omit<AuditEntryResource, 'at'> & { readonly at: Date; readonly cursor_at: string };

@ApiTags('Admin')
@Controller('api/v1/admin/audit-log')
@RequireRole('operator')
export class AuditTrailController {
  constructor(@Inject(DATABASE) private readonly database: Pick<Database<IdentityTables>, 'sql'>) {}

  @Get()
  @TakesQuery(auditQuerySchema)
  @Answers(200, auditPageSchema, 'What people with power did, newest first', [422])
  async listAuditLog(
    @Query({ schema: auditQuerySchema }) query: AuditQuery,
  ): Promise<{ data: AuditEntryResource[]; next_cursor: string | null }> {
    const { limit, cursor, actor_user_id: actor, action, target_type: type, target_id: id } = query;
    const where = [
      after(cursor, sql`at`, sql`id`),
      ...(actor === undefined ? [] : [sql`actor_user_id = ${actor}`]),
      ...(action === undefined ? [] : [ofAction(action)]),
      ...(type === undefined ? [] : [sql`target_type = ${type}`]),
      ...(id === undefined ? [] : [sql`target_id = ${id}`]),
      ...(query.account_id === undefined ? [] : [sql`account_id = ${query.account_id}`]),
      ...(query.from === undefined ? [] : [sql`at >= ${query.from}::timestamptz`]),
      ...(query.before === undefined ? [] : [sql`at < ${query.before}::timestamptz`]),
    ];
    const { rows } = await sql<Row>`
      select id, at, actor_user_id, actor_key_id, action, target_type, target_id, account_id, details,
        host(address) as address, request_id, ${exactly(sql`at`)} as cursor_at
      from identity.audit_log where ${sql.join(where, sql` and `)}
      order by at desc, id desc limit ${limit + 1}`.execute(this.database.sql);
    return toPage(rows, limit, ({ cursor_at: _, at, ...entry }) => ({ ...entry, at: at.toISOString() }));
  }
}

/** `noun.verb` or only the noun, each in the words of its index. */
const ofAction = (action: string): RawBuilder<boolean> =>
  action.includes('.')
    ? sql<boolean>`action = ${action}`
    : sql<boolean>`split_part(action, '.', 1) = ${action}`;
