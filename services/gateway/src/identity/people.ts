import { newId } from '@shotloom/kernel';
import type { UnitOfWork } from '@shotloom/database';
import { openLedgerAccount } from '@shotloom/ledger';
import type { IdentityTables } from './schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface NewPerson {
  readonly email: string;
  readonly displayName: string;
  /** Argon2id; null for those who sign in elsewhere. */
  readonly passwordHash?: string | null;
  /** When the address was proven to be theirs; null: not yet. */
  readonly emailVerifiedAt?: Date | null;
  /** The default plan unless given. */
  readonly planId?: string;
}

export interface Person {
  readonly userId: string;
  /** Their own account, which they own. */
  readonly accountId: string;
}

/** A user with a personal account on the default plan. The caller has made sure that the address is free (`users_email_key`). */
export async function createPerson(sql: Tx, person: NewPerson): Promise<Person> {
  const made = { userId: newId(), accountId: newId() };
  const planId = person.planId ?? (await defaultPlan(sql));
  await sql
    .insertInto('identity.accounts')
    .values({ id: made.accountId, name: person.displayName, plan_id: planId })
    .execute();
  await sql
    .insertInto('identity.users')
    .values({
      id: made.userId,
      account_id: made.accountId,
      email: person.email,
      display_name: person.displayName,
      password_hash: person.passwordHash ?? null,
      email_verified_at: person.emailVerifiedAt ?? null,
    })
    .execute();
  await sql
    .insertInto('identity.memberships')
    .values({ account_id: made.accountId, user_id: made.userId, role: 'owner' })
    .execute();
  await openLedgerAccount(sql, { accountId: made.accountId });
  return made;
}

/** The plan of new accounts. */
export async function defaultPlan(sql: Tx): Promise<string> {
  const plan = await sql
    .selectFrom('identity.plans')
    .select('id')
    .where('is_default', '=', true)
    .executeTakeFirstOrThrow();
  return plan.id;
}
