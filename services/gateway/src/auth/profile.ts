import { Inject, Injectable } from '@nestjs/common';
import type { Principal, SignInWays, UpdateMe } from '@shotloom/contracts';
import type { Database, UnitOfWork } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit } from '../audit/audit-log';
import type { Config } from '../config';
import type { IdentityTables } from '../identity/schema/tables';
import { addMail } from '../mail/mails';
import { CONFIG, DATABASE } from '../platform/parts';
import type { Client } from './client';
import { passwordLimits } from './limits';
import { noticeMail } from './mail-texts';
import { PasswordHasher } from './password-hasher';
import { refuseWeakPassword } from './password-rules';
import { Sessions } from './sessions';
import { Throttle } from './throttle';

interface Change {
  readonly displayName: string | undefined;
  readonly password: { readonly old: string; readonly next: string } | undefined;
}

const MOST_IDENTITIES = 50;

/** What people see and change about themselves. */
@Injectable()
export class Profile {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    @Inject(CONFIG) private readonly config: Config,
    private readonly hasher: PasswordHasher,
    private readonly throttle: Throttle,
    private readonly sessions: Sessions,
  ) {}

  /** A new password needs the present one, and ends all other sessions. Throws `invalid_input`, `conflict` or `rate_limited`. */
  async update(principal: Principal, wanted: UpdateMe, client: Client): Promise<void> {
    const password = wanted.password && (await this.checkPassword(principal, wanted.password, client));
    const change: Change = { displayName: wanted.display_name, password };
    await this.database.run((work) => this.write(work, principal, change, client));
  }

  /** A person has a handful at most: one for each issuer's account that they came with. */
  async signInWays({ userId }: Principal): Promise<SignInWays> {
    const { sql } = this.database;
    const user = await sql
      .selectFrom('identity.users')
      .select((where) => where('password_hash', 'is not', null).as('password'))
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    const rows = await sql
      .selectFrom('identity.user_identities')
      .select(['issuer', 'email', 'created_at', 'last_used_at'])
      .where('user_id', '=', userId)
      .orderBy('created_at')
      .limit(MOST_IDENTITIES)
      .execute();
    return {
      password: user.password === true,
      identities: rows.map((row) => ({
        issuer: row.issuer,
        title: this.titleOf(row.issuer),
        email: row.email,
        linked_at: row.created_at.toISOString(),
        last_used_at: row.last_used_at.toISOString(),
      })),
    };
  }

  /** Null for an issuer that the operator does not offer any more. */
  private titleOf(issuer: string): string | null {
    const plain = (address: string): string => address.replace(/\/$/, '');
    const known = this.config.OIDC_ISSUERS.find((one) => plain(one.issuer) === plain(issuer));
    return known?.title ?? null;
  }

  private async checkPassword(
    { userId }: Principal,
    { current, new: next }: NonNullable<UpdateMe['password']>,
    client: Client,
  ): Promise<NonNullable<Change['password']>> {
    const user = await this.database.sql
      .selectFrom('identity.users')
      .select(['email', 'password_hash'])
      .where('id', '=', userId)
      .executeTakeFirstOrThrow();
    if (user.password_hash === null) {
      throw new AppError('conflict', 'You have no password yet: have a link sent to choose one.');
    }
    const limits = passwordLimits(user.email, client.address);
    await this.throttle.take(limits);
    if (!(await this.hasher.matches(current, user.password_hash))) {
      const reason = 'This is not your present password.';
      throw new AppError('invalid_input', reason, { fields: [{ field: 'password.current', reason }] });
    }
    await this.throttle.giveBack(limits);
    refuseWeakPassword('password.new', next, user.email);
    return { old: user.password_hash, next: await this.hasher.hash(next) };
  }

  private async write(
    work: UnitOfWork<IdentityTables>,
    principal: Principal,
    { displayName, password }: Change,
    client: Client,
  ): Promise<void> {
    const { userId, accountId, sessionId } = principal;
    if (displayName !== undefined) {
      await work.sql
        .updateTable('identity.users')
        .set({ display_name: displayName })
        .where('id', '=', userId)
        .execute();
    }
    if (!password) return;
    const changed = await work.sql
      .updateTable('identity.users')
      .set({ password_hash: password.next })
      .where('id', '=', userId)
      .where('password_hash', '=', password.old)
      .returning('email')
      .executeTakeFirst();
    if (!changed) throw new AppError('conflict', 'The password was changed meanwhile; sign in again.');
    // A link that was asked for before must not undo it.
    await work.sql.deleteFrom('identity.mail_tokens').where('user_id', '=', userId).execute();
    await this.sessions.revoke(work, userId, { except: sessionId }, 'password_changed');
    await writeAudit(work.sql, {
      actor: client.actor,
      action: 'password.changed',
      target: { type: 'user', id: userId },
      accountId,
    });
    await addMail(work.sql, noticeMail(changed.email, 'password', client.address));
  }
}
