import type { FastifyRequest } from 'fastify';
import { newId } from '@shotloom/kernel';
import type { UnitOfWork } from '@shotloom/database';
import { findPrincipal } from '../identity/principal';
import type { IdentityTables } from '../identity/schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];

/** Who did it. All null: the platform itself, or a command on the operator's machine. */
export interface Actor {
  readonly userId: string | null;
  readonly keyId: string | null;
  readonly address: string | null;
  readonly requestId: string | null;
}

export const PLATFORM_ACTOR: Actor = { userId: null, keyId: null, address: null, requestId: null };

export interface AuditEntry {
  readonly actor: Actor;
  /** `noun.verb_in_the_past`, for example `credits.granted`. */
  readonly action: string;
  readonly target: { readonly type: string; readonly id: string };
  /** The account that it concerns, where there is one: its members may see the entry. */
  readonly accountId?: string | null;
  /** What was changed, from and to. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export function actorOf(request: FastifyRequest): Actor {
  const principal = findPrincipal(request);
  return {
    userId: principal?.userId ?? null,
    keyId: principal?.keyId ?? null,
    address: request.ip,
    requestId: request.id,
  };
}

/** In the transaction of what it tells: what was done is written down, or was not done. */
export async function writeAudit(sql: Tx, entry: AuditEntry): Promise<void> {
  const { actor, action, target, accountId = null, details = {} } = entry;
  await sql
    .insertInto('identity.audit_log')
    .values({
      id: newId(),
      actor_user_id: actor.userId,
      actor_key_id: actor.keyId,
      action,
      target_type: target.type,
      target_id: target.id,
      account_id: accountId,
      details: JSON.stringify(details),
      address: actor.address,
      request_id: actor.requestId,
    })
    .execute();
}
