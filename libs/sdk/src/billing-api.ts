import { randomKey } from './idempotency';
import type { CallSignal } from './jobs-api';
import { pageQuery, type PageOptions } from './pages';
import type { Transport } from './transport';
import type { BillingPlans, BillingResource, CheckoutResource, OpenCheckout, OpenedCheckout } from './types';

const PATH = '/api/v1/billing';

/** What is sold and what was bought. All of it throws `unavailable` where the installation takes no payments. */
export class BillingApi {
  constructor(private readonly transport: Transport) {}

  plans({ signal }: CallSignal = {}): Promise<BillingPlans> {
    return this.transport.call<BillingPlans>(`${PATH}/plans`, { signal });
  }

  /** Plan, subscription, debt, and what was paid, newest first. */
  summary(page: PageOptions = {}, { signal }: CallSignal = {}): Promise<BillingResource> {
    return this.transport.call<BillingResource>(PATH, { query: pageQuery(page), signal });
  }

  /** A page to pay at. Stripe sends the browser back to `success_url` with `checkout=<id>`, or to `cancel_url`. */
  openCheckout(body: OpenCheckout): Promise<OpenedCheckout> {
    const call = { method: 'POST', body, idempotencyKey: randomKey() } as const;
    return this.transport.call<OpenedCheckout>(`${PATH}/checkout`, call);
  }

  /** Whether it was paid; the server asks Stripe where it does not know yet. */
  checkout(id: string, { signal }: CallSignal = {}): Promise<CheckoutResource> {
    return this.transport.call<CheckoutResource>(`${PATH}/checkouts/${encodeURIComponent(id)}`, { signal });
  }

  /** The page where a card, a subscription and invoices are managed. */
  async portalUrl(returnUrl?: string): Promise<string> {
    const body = returnUrl === undefined ? {} : { return_url: returnUrl };
    const call = { method: 'POST', body, repeatable: true } as const;
    return (await this.transport.call<{ url: string }>(`${PATH}/portal`, call)).url;
  }
}
