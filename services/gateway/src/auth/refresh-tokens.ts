import { createHmac, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { UnitOfWork } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { hashToken, newToken } from './secret-token';

type Tx = UnitOfWork<IdentityTables>['sql'];

/** Two tabs, or a lost answer: within this the used token gives the same next one again. */
const GRACE_SECONDS = 10;

export interface Lifetime {
  /** Seconds without a refresh. */
  readonly idleSeconds: number;
}

export interface FoundToken {
  readonly sessionId: string;
  readonly userId: string;
  readonly device: string | null;
  /** Of the session or the token; nothing more can be had from it. */
  readonly ended: boolean;
  readonly used: boolean;
  /** Where it was used a moment ago, and what followed from it was not. */
  readonly successorNonce: Buffer | null;
}

export async function addFirstToken(tx: Tx, sessionId: string, lifetime: Lifetime): Promise<string> {
  const token = newToken();
  await addToken(tx, sessionId, token, lifetime);
  return token;
}

/** Locks the session first, so that of two refreshes at once the second sees what the first did. */
export async function findToken(tx: Tx, token: string): Promise<FoundToken | undefined> {
  const hash = hashToken(token);
  const session = await tx
    .selectFrom('identity.sessions')
    .select(['id', 'user_id', 'device'])
    .select(sql<boolean>`revoked_at is not null or expires_at <= now()`.as('ended'))
    .where('id', '=', (where) =>
      where.selectFrom('identity.refresh_tokens').select('session_id').where('token_hash', '=', hash),
    )
    .forUpdate()
    .executeTakeFirst();
  if (!session) return undefined;
  const row = await tx
    .selectFrom('identity.refresh_tokens')
    .select(['used_at', 'successor_nonce'])
    .select(sql<boolean>`expires_at <= now()`.as('ended'))
    .select(
      sql<boolean>`coalesce(used_at > clock_timestamp() - make_interval(secs => ${GRACE_SECONDS}), false)`.as(
        'recent',
      ),
    )
    .where('token_hash', '=', hash)
    .executeTakeFirstOrThrow();
  return {
    sessionId: session.id,
    userId: session.user_id,
    device: session.device,
    ended: session.ended || row.ended,
    used: row.used_at !== null,
    successorNonce: row.recent ? row.successor_nonce : null,
  };
}

/** Uses the token up and gives the next. */
export async function rotate(tx: Tx, token: string, sessionId: string, lifetime: Lifetime): Promise<string> {
  const nonce = randomBytes(32);
  const next = successor(token, nonce);
  await tx
    .updateTable('identity.refresh_tokens')
    .set({ used_at: sql<Date>`clock_timestamp()`, successor_nonce: nonce })
    .where('token_hash', '=', hashToken(token))
    .execute();
  // Whoever came this far has the token that followed: the ones before need not be told again.
  await tx
    .updateTable('identity.refresh_tokens')
    .set({ successor_nonce: null })
    .where('session_id', '=', sessionId)
    .where('token_hash', '<>', hashToken(token))
    .where('successor_nonce', 'is not', null)
    .execute();
  await addToken(tx, sessionId, next, lifetime);
  return next;
}

/** Made from the used token, so that it can be told again without being kept. */
export function successor(token: string, nonce: Buffer): string {
  return createHmac('sha256', token).update('shotloom refresh ').update(nonce).digest('base64url');
}

async function addToken(tx: Tx, sessionId: string, token: string, { idleSeconds }: Lifetime): Promise<void> {
  await tx
    .insertInto('identity.refresh_tokens')
    .values({
      token_hash: hashToken(token),
      session_id: sessionId,
      expires_at: sql<Date>`now() + make_interval(secs => ${idleSeconds})`,
    })
    .execute();
}
