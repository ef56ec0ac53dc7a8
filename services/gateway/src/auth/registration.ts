import { Inject, Injectable } from '@nestjs/common';
import type { Register, ResendVerification } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit } from '../audit/audit-log';
import { publicUrl, type Config } from '../config';
import { createPerson } from '../identity/people';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { CONFIG, DATABASE } from '../platform/parts';
import type { Client } from './client';
import { findUserByEmail } from './find-user';
import { formLimits, linkLimits, mailLimit } from './limits';
import { linkMail, REGISTER_SECONDS } from './mail-texts';
import {
  addMailToken,
  countFailure,
  findMailToken,
  findRegistration,
  useMailToken,
  type MailToken,
  type PendingRegistration,
} from './mail-tokens';
import { PasswordHasher } from './password-hasher';
import { refuseWeakPassword } from './password-rules';
import { Sessions, type OpenSession } from './sessions';
import { Throttle } from './throttle';

type Work = UnitOfWork<IdentityTables>;

/**
 * People who come by themselves. A registration is no user until the link in the mail and the password that was chosen come together: who
 * registers with another's address gets no account, and takes the address from nobody.
 */
@Injectable()
export class Registration {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) private readonly config: Config,
    private readonly hasher: PasswordHasher,
    private readonly throttle: Throttle,
    private readonly sessions: Sessions,
  ) {}

  /** Does and answers the same for an address that is taken; the mail says so. Throws `forbidden`, `unavailable` or `rate_limited`. */
  async register(wanted: Register, client: Client): Promise<void> {
    this.refuseWhereClosed();
    await this.throttle.take(formLimits('register', client.address));
    refuseWeakPassword('password', wanted.password, wanted.email);
    const passwordHash = await this.hasher.hash(wanted.password);
    const displayName = wanted.display_name ?? wanted.email.split('@', 1)[0] ?? wanted.email;
    const registration = { displayName, passwordHash };
    await this.database.run(async (work) => {
      const mayMail = await this.throttle.mayTake(mailLimit(wanted.email), work.sql);
      const user = await findUserByEmail(work.sql, wanted.email);
      if (this.config.AUTH_REGISTRATION === 'unverified') {
        if (!user) await this.create(work, { email: wanted.email, ...registration }, null, client);
      } else if (mayMail) await this.sendLink(work, wanted, registration, user !== undefined);
    });
  }

  /**
   * Another link for the newest registration of the address; it opens with the same password as the one before. Does and answers the same
   * where none waits. Throws `forbidden`, `unavailable` or `rate_limited`.
   */
  async resend({ email, language }: ResendVerification, client: Client): Promise<void> {
    this.refuseWhereClosed();
    await this.throttle.take(formLimits('resend', client.address));
    await this.database.run(async (work) => {
      const mayMail = await this.throttle.mayTake(mailLimit(email), work.sql);
      const waiting = await findRegistration(work.sql, email);
      if (!mayMail || !waiting) return;
      await this.sendLink(work, { email: waiting.email, language }, waiting.registration, false);
    });
  }

  /** The token of the mail, and the password of the registration. Throws `unauthorized` for either being wrong, or `conflict`. */
  async verify(token: string, password: string, client: Client): Promise<OpenSession> {
    await this.throttle.take(linkLimits(client.address));
    const pending = await this.database.run(({ sql }) => findMailToken(sql, 'register', token));
    if (!(await this.hasher.matches(password, pending?.passwordHash ?? null))) {
      await this.database.run(({ sql }) => countFailure(sql, token));
      throw wrongLink();
    }
    return this.database.run(async (work) => {
      const used = await useMailToken(work.sql, 'register', token);
      if (!used) throw wrongLink();
      if (await findUserByEmail(work.sql, used.email)) throw taken();
      const userId = await this.create(work, used, new Date(), client);
      await work.sql
        .deleteFrom('identity.mail_tokens')
        .where((where) => where(where.fn<string>('lower', ['email']), '=', used.email.toLowerCase()))
        .where('purpose', '=', 'register')
        .execute();
      return this.sessions.open(work, userId, 'password', client);
    });
  }

  private refuseWhereClosed(): void {
    const { AUTH_REGISTRATION: how, SMTP_URL: mail } = this.config;
    if (how === 'closed') {
      throw new AppError('forbidden', 'Nobody can register here; ask whoever runs this installation.');
    }
    if (how === 'verified' && mail === undefined) {
      throw new AppError(
        'unavailable',
        'Nobody can register now, since this installation sends no mail; ask whoever runs it.',
      );
    }
  }

  private async sendLink(
    { sql }: Work,
    wanted: Pick<Register, 'email' | 'language'>,
    registration: PendingRegistration,
    isTaken: boolean,
  ): Promise<void> {
    const { email, language } = wanted;
    const page = `${publicUrl(this.config)}/sign-in`;
    if (isTaken) {
      await addMail(sql, linkMail('taken', email, language, page, REGISTER_SECONDS));
      return;
    }
    const token = await addMailToken(sql, {
      purpose: 'register',
      email,
      seconds: REGISTER_SECONDS,
      registration,
    });
    const link = `${page}/verify#token=${token}`;
    await addMail(sql, linkMail('register', email, language, link, REGISTER_SECONDS));
  }

  private async create(
    { sql }: Work,
    { email, displayName, passwordHash }: Omit<MailToken, 'userId'>,
    emailVerifiedAt: Date | null,
    client: Client,
  ): Promise<string> {
    const named = displayName ?? email;
    const { userId, accountId } = await createPerson(sql, {
      email,
      displayName: named,
      passwordHash,
      emailVerifiedAt,
    }).catch((error: unknown) => {
      throw isTakenAddress(error) ? taken() : error;
    });
    await writeAudit(sql, {
      actor: { ...client.actor, userId },
      action: 'user.registered',
      target: { type: 'user', id: userId },
      accountId,
      details: { method: 'password', verified: emailVerifiedAt !== null },
    });
    return userId;
  }
}

/** Two verifications of one address at the same moment: Postgres lets one through. */
function isTakenAddress(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'users_email_key';
}

function wrongLink(): AppError {
  return new AppError(
    'unauthorized',
    'The password is not the one that was chosen, or the link is not valid any more. Try again, or register once more.',
  );
}

function taken(): AppError {
  return new AppError('conflict', 'There is an account with this address already: sign in.');
}
