import { sql as raw } from 'kysely';
import { newId } from '@shotloom/kernel';
import type { UnitOfWork } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';

type Tx = UnitOfWork<IdentityTables>['sql'];

export interface Mail {
  readonly to: string;
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
  /** Seconds after which it is not worth sending any more. A day unless given. */
  readonly usefulSeconds?: number;
  /** The same key is sent once, however often it is asked for: an alert of a day, for example. */
  readonly dedupeKey?: string;
}

const DAY_SECONDS = 86_400;

/** In the transaction that it follows from; it is sent after the commit, and tried again until it is not useful any more. */
export async function addMail(sql: Tx, mail: Mail): Promise<void> {
  await sql
    .insertInto('identity.mails')
    .values({
      id: newId(),
      dedupe_key: mail.dedupeKey ?? null,
      to_address: mail.to,
      subject: mail.subject,
      body: mail.text,
      expires_at: raw<Date>`now() + make_interval(secs => ${mail.usefulSeconds ?? DAY_SECONDS})`,
    })
    .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
    .execute();
}
