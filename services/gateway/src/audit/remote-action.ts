import { Inject, Injectable } from '@nestjs/common';
import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { writeAudit, type AuditEntry } from './audit-log';
import type { IdentityTables } from '../identity/schema/tables';
import { DATABASE } from '../platform/parts';

/**
 * What is done in another service cannot share a transaction with our log: the intent is written first, then what came of it. An intent
 * without an outcome says that this process died meanwhile, and that the other service has to be looked at.
 */
@Injectable()
export class RemoteAction {
  constructor(@Inject(DATABASE) private readonly database: Database<IdentityTables>) {}

  /** `entry.action` is what was done, `noun.verb_in_the_past`; the intent and a failure are named after it. */
  async run<T>(entry: AuditEntry, work: () => Promise<T>): Promise<T> {
    await this.write({ ...entry, action: `${entry.action}_asked` });
    try {
      const result = await work();
      await this.write(entry);
      return result;
    } catch (error) {
      const { code, message, outcome } = AppError.from(error);
      const details = { ...entry.details, error: { code, message, outcome } };
      await this.write({ ...entry, action: `${entry.action}_failed`, details });
      throw error;
    }
  }

  private write(entry: AuditEntry): Promise<void> {
    return this.database.run(({ sql }) => writeAudit(sql, entry));
  }
}
