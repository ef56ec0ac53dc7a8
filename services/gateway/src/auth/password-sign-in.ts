import { Inject, Injectable } from '@nestjs/common';
import type { Login } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit } from '../audit/audit-log';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';
import type { Client } from './client';
import { findUserByEmail, type FoundUser } from './find-user';
import { passwordLimits } from './limits';
import { PasswordHasher } from './password-hasher';
import { Sessions, type OpenSession } from './sessions';
import { Throttle } from './throttle';

/** E-mail and password. An unknown address costs the same work and gets the same answer as a wrong password. */
@Injectable()
export class PasswordSignIn {
  constructor(
    @Inject(DATABASE) private readonly database: Database<IdentityTables>,
    private readonly hasher: PasswordHasher,
    private readonly throttle: Throttle,
    private readonly sessions: Sessions,
  ) {}

  /** Throws `unauthorized`, `forbidden` (right password of somebody who was switched off) or `rate_limited`. */
  async signIn({ email, password }: Login, client: Client): Promise<OpenSession> {
    const limits = passwordLimits(email, client.address);
    await this.throttle.take(limits);
    const user = await findUserByEmail(this.database.sql, email);
    if (!(await this.hasher.matches(password, user?.passwordHash ?? null)) || !user) {
      if (user) await this.noteFailure(user, client);
      throw wrong();
    }
    if (user.disabledAt !== null) {
      throw new AppError('forbidden', 'This user is switched off; ask whoever runs this installation.');
    }
    await this.throttle.giveBack(limits);
    return this.database.run(async (work) => {
      const same = await work.sql
        .selectFrom('identity.users')
        .select(['id', 'account_id'])
        .where('id', '=', user.id)
        .where('disabled_at', 'is', null)
        // Not one that was changed while it was compared.
        .where('password_hash', '=', user.passwordHash)
        .forShare()
        .executeTakeFirst();
      if (!same) throw wrong();
      const opened = await this.sessions.open(work, user.id, 'password', client);
      if (user.role !== 'user') {
        await writeAudit(work.sql, {
          actor: { ...client.actor, userId: user.id },
          action: 'session.opened',
          target: { type: 'session', id: opened.sessionId },
          details: { method: 'password', role: user.role },
        });
      }
      return opened;
    });
  }

  /** Guesses at people with power are written down; they are few, since they are throttled. */
  private async noteFailure(user: FoundUser, client: Client): Promise<void> {
    if (user.role === 'user') return;
    await this.database.run(({ sql }) =>
      writeAudit(sql, {
        actor: client.actor,
        action: 'session.refused',
        target: { type: 'user', id: user.id },
        details: { method: 'password', role: user.role },
      }),
    );
  }
}

function wrong(): AppError {
  return new AppError('unauthorized', 'The e-mail address or the password is wrong.');
}
