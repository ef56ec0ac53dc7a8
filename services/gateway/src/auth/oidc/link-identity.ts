import { sql } from 'kysely';
import { z } from 'zod';
import type { UnitOfWork } from '@shotloom/database';
import { writeAudit } from '../../audit/audit-log';
import { createPerson } from '../../identity/people';
import type { IdentityTables } from '../../identity/schema/tables';
import { addMail } from '../../mail/mails';
import type { Client } from '../client';
import { findUserByEmail } from '../find-user';
import { noticeMail } from '../mail-texts';

type Work = UnitOfWork<IdentityTables>;

/** Who somebody is, as the issuer says. */
export interface IssuerIdentity {
  /** As in its tokens. */
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  readonly emailVerified: boolean;
  /** That the issuer runs the mailbox itself, or its owner's domain does: it cannot have changed hands since. */
  readonly emailAuthoritative: boolean;
  readonly displayName: string | undefined;
}

export type Refusal =
  'email_unverified' | 'account_unverified' | 'not_linkable' | 'registration_closed' | 'disabled';
export type Resolved = { readonly userId: string } | { readonly refused: Refusal };

const emailSchema = z.email().max(254);
const NAME_LENGTH = 100;

/**
 * The user of an identity: the one that it was linked to before; else one with the same address, where both the issuer and we know that the
 * address is theirs; else a new one. An address that was never verified here proves nothing: somebody else may have registered it.
 */
export async function resolveUser(
  work: Work,
  identity: IssuerIdentity,
  options: { readonly title: string; readonly mayRegister: boolean; readonly client: Client },
): Promise<Resolved> {
  const known = await findLinked(work, identity);
  if (known) return known.disabled ? { refused: 'disabled' } : { userId: known.userId };
  const email = emailSchema.safeParse(identity.email);
  if (!email.success || !identity.emailVerified) return { refused: 'email_unverified' };
  const user = await findUserByEmail(work.sql, email.data);
  if (!user) {
    if (!options.mayRegister) return { refused: 'registration_closed' };
    return { userId: await register(work, identity, email.data, options.client) };
  }
  if (user.disabledAt !== null) return { refused: 'disabled' };
  if (user.emailVerifiedAt === null) return { refused: 'account_unverified' };
  if (!identity.emailAuthoritative) return { refused: 'not_linkable' };
  await link(work, identity, user.id, email.data, options.client);
  await addMail(work.sql, noticeMail(user.email, 'linked', options.title));
  return { userId: user.id };
}

async function findLinked(
  { sql: tx }: Work,
  { issuer, subject }: IssuerIdentity,
): Promise<{ userId: string; disabled: boolean } | undefined> {
  const row = await tx
    .updateTable('identity.user_identities')
    .set({ last_used_at: sql<Date>`now()` })
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .returning('user_id')
    .executeTakeFirst();
  if (!row) return undefined;
  const user = await tx
    .selectFrom('identity.users')
    .select('disabled_at')
    .where('id', '=', row.user_id)
    .executeTakeFirstOrThrow();
  return { userId: row.user_id, disabled: user.disabled_at !== null };
}

async function register(
  work: Work,
  identity: IssuerIdentity,
  email: string,
  client: Client,
): Promise<string> {
  const name = (identity.displayName ?? '')
    .replace(/\p{Cc}/gu, '')
    .trim()
    .slice(0, NAME_LENGTH);
  const displayName = name === '' ? (email.split('@', 1)[0] ?? email) : name;
  const { userId, accountId } = await createPerson(work.sql, {
    email,
    displayName,
    emailVerifiedAt: new Date(),
  });
  await writeAudit(work.sql, {
    actor: { ...client.actor, userId },
    action: 'user.registered',
    target: { type: 'user', id: userId },
    accountId,
    details: { method: identity.issuer, verified: true },
  });
  await link(work, identity, userId, email, client);
  return userId;
}

async function link(
  { sql: tx }: Work,
  { issuer, subject }: IssuerIdentity,
  userId: string,
  email: string,
  client: Client,
): Promise<void> {
  await tx
    .insertInto('identity.user_identities')
    .values({ issuer, subject, user_id: userId, email })
    .execute();
  await writeAudit(tx, {
    actor: { ...client.actor, userId },
    action: 'identity.linked',
    target: { type: 'user', id: userId },
    details: { issuer },
  });
}
