import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { webhookDisabledNoticeRpc, type RpcRequest } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { publicUrl, type Config } from '../config';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { BUS, CONFIG, DATABASE } from '../platform/parts';

type Notice = RpcRequest<typeof webhookDisabledNoticeRpc>;

const USEFUL_SECONDS = 3 * 86_400;

/** Mails the owner of a webhook that was disabled for its answers. The service asks until it is answered; a notice is one mail. */
@Injectable()
export class DisabledNotices implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
  ) {}

  onApplicationBootstrap(): void {
    this.bus.respond(webhookDisabledNoticeRpc, async (notice) => {
      await this.take(notice);
      return { taken: true as const };
    });
  }

  /** Who is gone, switched off or never proved the address gets no mail; the notice is taken all the same. */
  private async take(notice: Notice): Promise<void> {
    await this.database.run(async ({ sql }) => {
      const owner = await sql
        .selectFrom('identity.users')
        .select('email')
        .where('id', '=', notice.userId)
        .where('email_verified_at', 'is not', null)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      if (!owner) return;
      const { host } = new URL(notice.url);
      await addMail(sql, {
        to: owner.email,
        subject: `Your webhook at ${host} was disabled`,
        text: textOf(notice, host, publicUrl(this.config)),
        usefulSeconds: USEFUL_SECONDS,
        dedupeKey: `webhook-disabled:${notice.noticeId}`,
      });
    });
  }
}

/** Only the host of the URL: what follows it is often a password, and mails are read in many places. */
function textOf({ webhookId, reason, failingSince, keptDays }: Notice, host: string, origin: string): string {
  const since = failingSince === null ? '' : ` since ${failingSince}`;
  const why =
    reason === 'gone'
      ? 'It answered 410, which says that it wants no events any more.'
      : `Every call to it has failed${since}.`;
  const path = `${origin}/api/v1/webhooks/${webhookId}`;
  return [
    `The webhook ${webhookId} at ${host} was disabled. ${why}`,
    `See what it answered: GET ${path}/deliveries`,
    `When it works again: POST ${path}/enable, then POST ${path}/redeliver-failed with {"since": "..."} for what it has missed. That is kept for ${keptDays} days.`,
  ].join('\n\n');
}
