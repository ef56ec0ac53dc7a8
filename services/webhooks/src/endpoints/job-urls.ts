import { sql as raw } from 'kysely';
import type { jobSecretRpc, RpcRequest, RpcResponse, watchJobsRpc } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import type { KeyRing } from '@shotloom/sealing';
import type { Owner, Parts } from '../parts';
import type { WebhookTables } from '../schema/tables';
import { checkUrl } from './check-url';
import { addSecret, openSecret, requireKeys, rotateSecret } from './secrets';

type Sql = UnitOfWork<WebhookTables>['sql'];

/** In place of an address, where none is called. */
export const NO_URL = 'https://none.invalid/';

/** URLs that are told of one job each, and the secret of each owner that signs for them. */
export class JobUrls {
  constructor(private readonly parts: Pick<Parts, 'database' | 'sender' | 'keys' | 'clock'>) {}

  /** See `watchJobsRpc`. The same jobs again change nothing. */
  async watch({
    jobIds,
    url,
    ...owner
  }: RpcRequest<typeof watchJobsRpc>): Promise<RpcResponse<typeof watchJobsRpc>> {
    const keys = requireKeys(this.parts.keys);
    await checkUrl(this.parts.sender, url, 'webhook_url');
    await this.parts.database.run(async ({ sql }) => {
      const now = this.parts.clock.now();
      const signer = await ensureSigner(sql, keys, owner, now);
      await sql
        .insertInto('webhooks.endpoints')
        .values(
          jobIds.map((id) => ({
            ...{ id, account_id: owner.accountId, owner_user_id: owner.userId, created_at: now },
            ...{ url, description: '', event_types: ['job.*'], kind: 'job' as const, signer_id: signer },
          })),
        )
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
    });
    return { watched: true };
  }

  /** See `jobSecretRpc`. Throws `conflict` where too many are valid already. */
  async secret({
    rotate,
    ...owner
  }: RpcRequest<typeof jobSecretRpc>): Promise<RpcResponse<typeof jobSecretRpc>> {
    const keys = requireKeys(this.parts.keys);
    return this.parts.database.run(async ({ sql }) => {
      const now = this.parts.clock.now();
      const signer = await ensureSigner(sql, keys, owner, now);
      if (rotate) await rotateSecret(sql, keys, signer, now);
      const rows = await sql
        .selectFrom('webhooks.endpoint_secrets')
        .selectAll()
        .where('endpoint_id', '=', signer)
        .orderBy('version', 'desc')
        .execute();
      const [newest, old] = rows;
      if (!newest) throw new Error(`The signer ${signer} has no secret.`);
      return { secret: openSecret(keys, newest), oldSecretUntil: old?.expires_at?.toISOString() ?? null };
    });
  }
}

/** The id of the owner's signer, made with its first secret where there is none. Locked until the transaction ends. */
async function ensureSigner(sql: Sql, keys: KeyRing, owner: Owner, now: Date): Promise<string> {
  const { userId, accountId } = owner;
  await raw`select pg_advisory_xact_lock(hashtextextended(${`webhooks.signer.${userId}.${accountId}`}, 0))`.execute(
    sql,
  );
  const known = await sql
    .selectFrom('webhooks.endpoints')
    .select('id')
    .where('owner_user_id', '=', userId)
    .where('account_id', '=', accountId)
    .where('kind', '=', 'signer')
    .executeTakeFirst();
  if (known) return known.id;
  const id = newId();
  await sql
    .insertInto('webhooks.endpoints')
    .values({
      ...{ id, account_id: accountId, owner_user_id: userId, created_at: now, kind: 'signer' },
      ...{ url: NO_URL, description: '', event_types: ['job.*'], disabled_reason: 'owner', disabled_at: now },
    })
    .execute();
  await addSecret(sql, keys, id, 1);
  return id;
}
