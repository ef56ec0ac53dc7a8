import { Inject, Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ForgotPassword } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit } from '../audit/audit-log';
import { publicUrl, type Config } from '../config';
import { Revocations } from '../identity/revocations';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { CONFIG, DATABASE } from '../platform/parts';
import type { Client } from './client';
import { findUserByEmail } from './find-user';
import { formLimits, linkLimits, mailLimit } from './limits';
import { linkMail, noticeMail, RESET_SECONDS } from './mail-texts';
import { addMailToken, findMailToken, useMailToken } from './mail-tokens';
import { PasswordHasher } from './password-hasher';
import { refuseWeakPassword } from './password-rules';
import { Sessions } from './sessions';
import { Throttle } from './throttle';

type Work = UnitOfWork<IdentityTables>;

/** Forgotten passwords: a link in a mail, good once and for half an hour. */
@Injectable()
export class Passwords {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) private readonly config: Config,
    private readonly hasher: PasswordHasher,
    private readonly throttle: Throttle,
    private readonly sessions: Sessions,
    private readonly revocations: Revocations,
  ) {}

  /** Answers the same whether the address is known or not. Throws `unavailable` where no mail can be sent, or `rate_limited`. */
  async forgot({ email, language }: ForgotPassword, client: Client): Promise<void> {
    if (this.config.SMTP_URL === undefined) {
      throw new AppError(
        'unavailable',
        'This installation sends no mail, so a password cannot be reset by it; ask whoever runs it.',
      );
    }
    await this.throttle.take(formLimits('forgot', client.address));
    await this.database.run(async (work) => {
      const mayMail = await this.throttle.mayTake(mailLimit(email), work.sql);
      const user = await findUserByEmail(work.sql, email);
      if (!user || !mayMail || user.disabledAt !== null) return;
      const token = await addMailToken(work.sql, {
        purpose: 'reset',
        email: user.email,
        userId: user.id,
        seconds: RESET_SECONDS,
      });
      const link = `${publicUrl(this.config)}/sign-in/reset#token=${token}`;
      await addMail(work.sql, linkMail('reset', user.email, language, link, RESET_SECONDS));
    });
  }

  /** A new password by a link. Every session ends. Throws `invalid_input` where the link is not valid any more. */
  async reset(token: string, password: string, client: Client): Promise<void> {
    await this.throttle.take(linkLimits(client.address));
    // Before the hash, which costs more than strangers should be able to ask for.
    const found = await this.database.run(({ sql: tx }) => findMailToken(tx, 'reset', token));
    if (!found) throw deadLink();
    refuseWeakPassword('password', password, found.email);
    const passwordHash = await this.hasher.hash(password);
    await this.database.run(async (work) => {
      const used = await useMailToken(work.sql, 'reset', token);
      if (!used?.userId) throw deadLink();
      await this.replace(work, used.userId, used.email, passwordHash, client);
    });
  }

  private async replace(
    work: Work,
    userId: string,
    email: string,
    passwordHash: string,
    client: Client,
  ): Promise<void> {
    const user = await work.sql
      .selectFrom('identity.users')
      .select(['email', 'email_verified_at', 'account_id'])
      .where('id', '=', userId)
      .where('disabled_at', 'is', null)
      .forUpdate()
      .executeTakeFirst();
    // The link proves the address that it was sent to, and no other.
    if (!user || user.email !== email) throw deadLink();
    await work.sql
      .updateTable('identity.users')
      .set({ password_hash: passwordHash, email_verified_at: user.email_verified_at ?? new Date() })
      .where('id', '=', userId)
      .execute();
    await work.sql.deleteFrom('identity.mail_tokens').where('user_id', '=', userId).execute();
    await this.sessions.revoke(work, userId, {}, 'password_reset');
    if (user.email_verified_at === null) await this.revokeKeys(work, userId);
    await writeAudit(work.sql, {
      actor: { ...client.actor, userId },
      action: 'password.reset',
      target: { type: 'user', id: userId },
      accountId: user.account_id,
    });
    await addMail(work.sql, noticeMail(email, 'password', 'reset'));
  }

  /** Nobody had shown that the address was theirs: whoever made these keys may be somebody else. */
  private async revokeKeys(work: Work, userId: string): Promise<void> {
    const rows = await work.sql
      .updateTable('identity.api_keys')
      .set({ revoked_at: sql<Date>`now()` })
      .where('owner_user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .returning('id')
      .execute();
    this.revocations.afterCommit(work, { keyIds: rows.map(({ id }) => id) });
  }
}

function deadLink(): AppError {
  const reason = 'This link is not valid any more: ask for another one.';
  return new AppError('invalid_input', reason, { fields: [{ field: 'token', reason }] });
}
