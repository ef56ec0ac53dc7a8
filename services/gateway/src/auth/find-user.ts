import type { Kysely } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import type { PlatformRole } from '../identity/schema/people-tables';
import type { IdentityTables } from '../identity/schema/tables';

type Reader = Kysely<IdentityTables> | UnitOfWork<IdentityTables>['sql'];

export interface FoundUser {
  readonly id: string;
  readonly email: string;
  readonly role: PlatformRole;
  readonly passwordHash: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly disabledAt: Date | null;
}

/** However the address is typed. */
export async function findUserByEmail(sql: Reader, email: string): Promise<FoundUser | undefined> {
  return sql
    .selectFrom('identity.users')
    .select(['id', 'email', 'role', 'password_hash as passwordHash'])
    .select(['email_verified_at as emailVerifiedAt', 'disabled_at as disabledAt'])
    .where((where) => where(where.fn<string>('lower', ['email']), '=', email.toLowerCase()))
    .executeTakeFirst();
}
