import type { Database } from '@shotloom/database';
import { AppError } from '@shotloom/kernel';
import { publicUrl } from '../config';
import type { IdentityTables } from '../identity/schema/tables';
import type { GatewayParts } from '../platform/parts';
import { BillingAccounts } from './accounts';
import { billingMetrics } from './billing-metrics';
import { Checkouts } from './checkouts';
import { Customers } from './customers';
import { Events } from './events';
import { Leases } from './leases';
import { Offers } from './offers';
import { Reconciler, type OnApplied } from './reconciler';
import { StripeApi } from './stripe-api';
import { stripeSettings } from './stripe-settings';
import { Sweep } from './sweep';

/** Everything that payments need, where they are on. */
export interface BillingParts {
  readonly api: StripeApi;
  readonly offers: Offers;
  readonly accounts: BillingAccounts;
  readonly checkouts: Checkouts;
  readonly reconciler: Reconciler;
  readonly events: Events;
  readonly sweep: Sweep;
}

type Needs = Pick<GatewayParts, 'config' | 'metrics' | 'logger'> & {
  readonly database: Database<IdentityTables>;
  readonly onApplied?: OnApplied;
};

/** Payments, or that there are none. */
export class Billing {
  constructor(private readonly parts: BillingParts | null) {}

  static open(needs: Needs): Billing {
    const settings = stripeSettings(needs.config);
    return new Billing(settings === null ? null : build(needs, new StripeApi(settings), settings.livemode));
  }

  get isOn(): boolean {
    return this.parts !== null;
  }

  /** Throws `AppError('unavailable')` where payments are off. */
  get on(): BillingParts {
    if (this.parts !== null) return this.parts;
    throw new AppError(
      'unavailable',
      'Payments are not configured on this installation, so nothing is sold here.',
      {
        details: { payments: 'off' },
      },
    );
  }
}

function build(needs: Needs, api: StripeApi, livemode: boolean): BillingParts {
  const { database, logger } = needs;
  const metrics = billingMetrics(needs.metrics);
  const origin = publicUrl(needs.config);
  const customers = new Customers(database, api);
  const leases = new Leases(database);
  const reconciler = new Reconciler(database, api, customers, leases, needs.onApplied);
  const events = new Events(database, reconciler, livemode, metrics, logger);
  const offers = new Offers(database);
  return {
    ...{ api, offers, reconciler, events },
    accounts: new BillingAccounts(database, api, customers, origin),
    checkouts: new Checkouts(database, api, customers, offers, origin),
    sweep: new Sweep({ database, api, events, reconciler, leases, metrics, logger }),
  };
}
