import { sql } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import type { MailTokensTable } from '../identity/schema/sign-in-tables';
import type { IdentityTables } from '../identity/schema/tables';
import { hashToken, newToken } from './secret-token';

type Tx = UnitOfWork<IdentityTables>['sql'];
type Purpose = MailTokensTable['purpose'];

export interface MailToken {
  readonly email: string;
  readonly userId: string | null;
  readonly displayName: string | null;
  readonly passwordHash: string | null;
}

/** What becomes an account once the link and the password come together. */
export interface PendingRegistration {
  readonly displayName: string;
  readonly passwordHash: string;
}

interface NewMailToken {
  readonly purpose: Purpose;
  readonly email: string;
  readonly seconds: number;
  readonly userId?: string;
  readonly registration?: PendingRegistration;
}

/** Guesses at the password of a registration, by whoever has its link. */
const FAILURES = 10;

/** The token goes into the link, after a `#`, so that no server ever sees it in an address. */
export async function addMailToken(tx: Tx, made: NewMailToken): Promise<string> {
  const token = newToken();
  await tx
    .insertInto('identity.mail_tokens')
    .values({
      token_hash: hashToken(token),
      purpose: made.purpose,
      email: made.email,
      user_id: made.userId ?? null,
      display_name: made.registration?.displayName ?? null,
      password_hash: made.registration?.passwordHash ?? null,
      expires_at: sql<Date>`now() + make_interval(secs => ${made.seconds})`,
    })
    .execute();
  return token;
}

/** Undefined where it is unknown, expired or used, or was tried with too many wrong passwords. */
export async function findMailToken(tx: Tx, purpose: Purpose, token: string): Promise<MailToken | undefined> {
  return tx
    .selectFrom('identity.mail_tokens')
    .select(COLUMNS)
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('failures', '<', FAILURES)
    .executeTakeFirst();
}

/** The newest registration of the address that waits for its link. */
export async function findRegistration(
  tx: Tx,
  email: string,
): Promise<{ readonly email: string; readonly registration: PendingRegistration } | undefined> {
  const row = await tx
    .selectFrom('identity.mail_tokens')
    .select(COLUMNS)
    .where((where) => where(where.fn<string>('lower', ['email']), '=', email.toLowerCase()))
    .where('purpose', '=', 'register')
    .where('expires_at', '>', sql<Date>`now()`)
    .where('failures', '<', FAILURES)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row?.passwordHash) return undefined;
  const { passwordHash } = row;
  return { email: row.email, registration: { displayName: row.displayName ?? row.email, passwordHash } };
}

/** Uses it up. The delete is the check: of two that come at once, one gets the row. */
export async function useMailToken(tx: Tx, purpose: Purpose, token: string): Promise<MailToken | undefined> {
  return tx
    .deleteFrom('identity.mail_tokens')
    .where('token_hash', '=', hashToken(token))
    .where('purpose', '=', purpose)
    .where('expires_at', '>', sql<Date>`now()`)
    .where('failures', '<', FAILURES)
    .returning(COLUMNS)
    .executeTakeFirst();
}

export async function countFailure(tx: Tx, token: string): Promise<void> {
  await tx
    .updateTable('identity.mail_tokens')
    .set({ failures: sql<number>`failures + 1` })
    .where('token_hash', '=', hashToken(token))
    .execute();
}

const COLUMNS = [
  'email',
  'user_id as userId',
  'display_name as displayName',
  'password_hash as passwordHash',
] as const;
