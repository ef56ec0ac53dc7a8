import Stripe from 'stripe';
import { z } from 'zod';
import { AppError } from '@shotloom/kernel';
import {
  stripeCustomerSchema,
  stripeDisputeSchema,
  stripeEventSchema,
  stripeIntentSchema,
  stripeInvoicePaymentSchema,
  stripeInvoiceSchema,
  stripeLinePageSchema,
  stripePriceSchema,
  stripeSessionSchema,
  stripeSubscriptionSchema,
  stripeUrlSchema,
  type StripeDispute,
  type StripeEvent,
  type StripeIntent,
  type StripeInvoice,
  type StripeSession,
  type StripeSubscription,
} from './stripe-schemas';
import type { StripeSettings } from './stripe-settings';

/** The version that this code was written for; it is sent with each call, so that the account's own does not matter. */
const API_VERSION = '2026-10-28.endive';
const RETRIES = 2;
const PAGE = 100;
/** Disputes of one payment: there is hardly ever a second one. */
const MOST_PAGES = 5;
/** Of an invoice: of a part of its lines nobody could tell what was paid for. */
const MOST_LINES = 5_000;

/** The only place that talks to Stripe. Each call has a deadline, each POST a key of ours, each answer a schema. */
export class StripeApi {
  private readonly stripe: Stripe;

  constructor(private readonly settings: StripeSettings) {
    const base = settings.apiBase === null ? null : new URL(settings.apiBase);
    this.stripe = new Stripe(settings.secretKey, {
      apiVersion: API_VERSION,
      timeout: settings.timeoutMs,
      maxNetworkRetries: RETRIES,
      telemetry: false,
      appInfo: { name: 'Shotloom' },
      ...(base === null
        ? {}
        : { host: base.hostname, port: base.port, protocol: base.protocol === 'https:' ? 'https' : 'http' }),
    });
  }

  /** The event of a webhook whose signature is right and at most five minutes old. Throws `AppError('forbidden')`, or 422 for what is no event. */
  readEvent(body: Buffer, signature: string | undefined): StripeEvent {
    let event: unknown;
    try {
      event = this.stripe.webhooks.constructEvent(body, signature ?? '', this.settings.webhookSecret);
    } catch (error) {
      if (error instanceof Stripe.errors.StripeSignatureVerificationError) {
        throw new AppError('forbidden', 'The signature of this webhook is missing, wrong or too old.');
      }
      const message = 'This is no snapshot event of Stripe: the endpoint must not be set to thin events.';
      throw new AppError('invalid_input', message, { cause: error });
    }
    const parsed = stripeEventSchema.safeParse(event);
    if (parsed.success) return parsed.data;
    throw new AppError('invalid_input', 'This event has another shape than Stripe documents.', {
      cause: parsed.error,
    });
  }

  async createCustomer(
    params: { readonly email: string | null; readonly name: string; readonly accountId: string },
    key: string,
  ): Promise<string> {
    const { email, name, accountId } = params;
    const made = await this.call(stripeCustomerSchema, () =>
      this.stripe.customers.create(
        { ...(email === null ? {} : { email }), name, metadata: { shotloom_account: accountId } },
        { idempotencyKey: key },
      ),
    );
    return made.id;
  }

  /** One that was made for the account before, whose answer got lost. */
  async findCustomer(accountId: string): Promise<string | null> {
    const found = await this.call(z.looseObject({ data: z.array(stripeCustomerSchema) }), () =>
      this.stripe.customers.search({ query: `metadata['shotloom_account']:'${accountId}'`, limit: 1 }),
    );
    return found.data[0]?.id ?? null;
  }

  async createPrice(
    params: {
      readonly title: string;
      readonly amount: number;
      readonly currency: string;
      readonly offerId: string;
    },
    key: string,
  ): Promise<string> {
    const { title, amount, currency, offerId } = params;
    const made = await this.call(stripePriceSchema, () =>
      this.stripe.prices.create(
        {
          currency,
          unit_amount: amount,
          recurring: { interval: 'month' },
          product_data: { name: title },
          metadata: { shotloom_offer: offerId },
        },
        { idempotencyKey: key },
      ),
    );
    return made.id;
  }

  createSession(params: Stripe.Checkout.SessionCreateParams, key: string): Promise<StripeSession> {
    return this.call(stripeSessionSchema, () =>
      this.stripe.checkout.sessions.create(params, { idempotencyKey: key }),
    );
  }

  async expireSession(id: string): Promise<void> {
    await this.call(stripeSessionSchema, () => this.stripe.checkout.sessions.expire(id));
  }

  async createPortal(params: Stripe.BillingPortal.SessionCreateParams): Promise<string> {
    const made = await this.call(stripeUrlSchema, () => this.stripe.billingPortal.sessions.create(params));
    return made.url;
  }

  session(id: string): Promise<StripeSession> {
    return this.call(stripeSessionSchema, () => this.stripe.checkout.sessions.retrieve(id));
  }

  async sessionOfIntent(intentId: string): Promise<StripeSession | null> {
    const found = await this.call(z.looseObject({ data: z.array(stripeSessionSchema) }), () =>
      this.stripe.checkout.sessions.list({ payment_intent: intentId, limit: 1 }),
    );
    return found.data[0] ?? null;
  }

  /** With its last charge. */
  intent(id: string): Promise<StripeIntent> {
    return this.call(stripeIntentSchema, () =>
      this.stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] }),
    );
  }

  async disputes(intentId: string): Promise<StripeDispute[]> {
    const found: StripeDispute[] = [];
    const schema = z.looseObject({ data: z.array(stripeDisputeSchema), has_more: z.boolean() });
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const last = found.at(-1)?.id;
      const { data, has_more } = await this.call(schema, () =>
        this.stripe.disputes.list({
          payment_intent: intentId,
          limit: PAGE,
          ...(last === undefined ? {} : { starting_after: last }),
        }),
      );
      found.push(...data);
      if (!has_more) break;
    }
    return found;
  }

  subscription(id: string): Promise<StripeSubscription> {
    return this.call(stripeSubscriptionSchema, () => this.stripe.subscriptions.retrieve(id));
  }

  /** With its payments and all of its lines. */
  async invoice(id: string): Promise<StripeInvoice> {
    const invoice = await this.call(stripeInvoiceSchema, () =>
      this.stripe.invoices.retrieve(id, { expand: ['payments'] }),
    );
    if (!invoice.lines.has_more) return invoice;
    const data = [...invoice.lines.data];
    for (let more = true; more;) {
      const page = await this.call(stripeLinePageSchema, () =>
        this.stripe.invoices.listLineItems(id, { limit: PAGE, starting_after: data.at(-1)?.id ?? '' }),
      );
      data.push(...page.data);
      more = page.has_more;
      if (more && data.length >= MOST_LINES) throw tooManyLines(id);
    }
    return { ...invoice, lines: { ...invoice.lines, data, has_more: false } };
  }

  async invoiceOfIntent(intentId: string): Promise<string | null> {
    const found = await this.call(z.looseObject({ data: z.array(stripeInvoicePaymentSchema) }), () =>
      this.stripe.invoicePayments.list({
        payment: { type: 'payment_intent', payment_intent: intentId },
        limit: 1,
      }),
    );
    return found.data[0]?.invoice ?? null;
  }

  /** A page of events from `from` to `to` (seconds, both included), newest first. Stripe keeps them for 30 days. */
  async events(
    range: { readonly from: number; readonly to: number; readonly types: readonly string[] },
    after: string | undefined,
  ): Promise<{ events: StripeEvent[]; more: boolean }> {
    const { data, has_more } = await this.call(
      z.looseObject({ data: z.array(stripeEventSchema), has_more: z.boolean() }),
      () =>
        this.stripe.events.list({
          created: { gte: range.from, lte: range.to },
          types: [...range.types],
          limit: PAGE,
          ...(after === undefined ? {} : { starting_after: after }),
        }),
    );
    return { events: data, more: has_more };
  }

  private async call<S extends z.ZodType>(schema: S, ask: () => Promise<unknown>): Promise<z.output<S>> {
    let answer: unknown;
    try {
      answer = await ask();
    } catch (error) {
      throw toAppError(error);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const message = 'Stripe answered in a shape that is not known here; try again, or look for an update.';
    throw new AppError('unavailable', message, { retryable: true, outcome: 'unknown', cause: parsed.error });
  }
}

function tooManyLines(id: string): AppError {
  const message = `The invoice ${id} has more than ${MOST_LINES} lines; the operator of this installation must look at it.`;
  return new AppError('unavailable', message, { provider: 'stripe' });
}

/** True where Stripe does not know the object any more, or never did. */
export function isGone(error: unknown, param?: string): boolean {
  if (!(error instanceof AppError) || error.vendorCode !== 'resource_missing') return false;
  return param === undefined || error.details?.['param'] === param;
}

function toAppError(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const facts = {
    provider: 'stripe',
    vendorCode: error.code ?? error.type,
    vendorMessage: error.message,
    cause: error,
    ...(error.param === undefined ? {} : { details: { param: error.param } }),
  };
  if (
    error instanceof Stripe.errors.StripeConnectionError ||
    error instanceof Stripe.errors.StripeRateLimitError ||
    error instanceof Stripe.errors.StripeAPIError
  ) {
    const message = 'Stripe cannot be reached now; try again in a moment.';
    return new AppError('unavailable', message, {
      ...facts,
      retryable: true,
      outcome: 'unknown',
      retryAfterMs: 2_000,
    });
  }
  if (
    error instanceof Stripe.errors.StripeAuthenticationError ||
    error instanceof Stripe.errors.StripePermissionError
  ) {
    const message = 'Stripe does not accept the key of this installation; its operator must look at it.';
    return new AppError('unavailable', message, facts);
  }
  return new AppError(
    'unavailable',
    'Stripe refused this; the operator of this installation must look at it.',
    facts,
  );
}
