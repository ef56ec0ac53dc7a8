import type { Database, UnitOfWork } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { applyFacts } from './apply';
import type { Customers } from './customers';
import { collectFacts } from './facts';
import type { Leases } from './leases';
import { findPayment } from './payments';
import { isGone, type StripeApi } from './stripe-api';
import type { Subject } from './subjects';

type Tx = UnitOfWork<IdentityTables>['sql'];

/** What is to be done in the same transaction. */
export interface Task {
  /** Looked at when it is our turn: somebody else may have done it meanwhile. */
  readonly isDone?: () => Promise<boolean>;
  readonly mark?: (sql: Tx) => Promise<void>;
}

/** Something of an account may be otherwise after this transaction, its credits too. */
export type OnApplied = (work: UnitOfWork<IdentityTables>, accountId: string) => void;

export type Reconciled = 'applied' | 'already' | 'not_ours';

/**
 * The one way by which anything of Stripe's gets into our books, whoever noticed it: an event, the sweep, a customer who came back. It asks
 * how things stand, in the account's turn, and writes that down in one transaction.
 */
export class Reconciler {
  constructor(
    private readonly database: Database<IdentityTables>,
    private readonly api: StripeApi,
    private readonly customers: Customers,
    private readonly leases: Leases,
    private readonly onApplied: OnApplied = () => undefined,
  ) {}

  /** Throws `BillingRefusal` for what will never be right, and anything else for what may be right later. */
  async reconcile(subject: Subject, task: Task = {}): Promise<Reconciled> {
    const accountId = await this.accountOf(subject);
    if (accountId === null) return 'not_ours';
    return this.leases.hold(`account:${accountId}`, async (lease) => {
      if ((await task.isDone?.()) === true) return 'already';
      const facts = await collectFacts(this.api, subject, await this.knownIntents(subject));
      if (subject.kind === 'customer') await this.customers.forget(subject.id);
      await this.database.run(async (work) => {
        await lease.confirm(work.sql);
        await applyFacts(work, accountId, facts);
        await task.mark?.(work.sql);
        this.onApplied(work, accountId);
      });
      return 'applied';
    });
  }

  private async accountOf({ kind, id, customerId }: Subject): Promise<string | null> {
    if (kind === 'payment') {
      const known = await this.database.run(({ sql }) => findPayment(sql, id));
      if (known !== undefined) return known.account_id;
    }
    const customer = customerId ?? (kind === 'payment' ? await this.customerOf(id) : null);
    return customer === null ? null : this.customers.accountOf(customer);
  }

  private async customerOf(intentId: string): Promise<string | null> {
    try {
      return (await this.api.intent(intentId)).customer;
    } catch (error) {
      if (isGone(error)) return null;
      throw error;
    }
  }

  private async knownIntents({ kind, id }: Subject): Promise<readonly string[] | null> {
    if (kind !== 'payment') return null;
    const known = await this.database.run(({ sql }) => findPayment(sql, id));
    return known?.payment_intents ?? null;
  }
}
