import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { findUserByEmail } from '../auth/find-user';
import { PLATFORM_ACTOR, writeAudit } from '../audit/audit-log';
import type { PlatformRole } from './schema/people-tables';
import type { IdentityTables } from './schema/tables';

export interface RoleChange {
  readonly userId: string;
  readonly email: string;
  readonly from: PlatformRole;
  readonly to: PlatformRole;
}

/** Gives somebody a role; effective within a second everywhere. Doing it again changes nothing. Throws `not_found`. */
export async function setRole(
  database: Database<IdentityTables>,
  email: string,
  role: PlatformRole,
): Promise<RoleChange> {
  return database.run(async ({ sql }) => {
    const user = await findUserByEmail(sql, email);
    if (!user) throw new AppError('not_found', `There is no user with the address ${email}.`);
    const change = { userId: user.id, email: user.email, from: user.role, to: role };
    if (user.role === role) return change;
    await sql.updateTable('identity.users').set({ role }).where('id', '=', user.id).execute();
    await writeAudit(sql, {
      actor: PLATFORM_ACTOR,
      action: 'user.role_changed',
      target: { type: 'user', id: user.id },
      details: { from: user.role, to: role },
    });
    return change;
  });
}
