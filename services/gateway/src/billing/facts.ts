import { BillingRefusal } from './refusal';
import { isGone, type StripeApi } from './stripe-api';
import type { StripeDispute, StripeInvoice, StripeSession, StripeSubscription } from './stripe-schemas';
import type { Subject } from './subjects';

/** A payment intent and what became of its money, in the currency's smallest unit. */
export interface Money {
  readonly intentId: string;
  /** 0: not paid. */
  readonly paid: number;
  readonly currency: string;
  readonly refunded: number;
  readonly disputed: number;
  readonly receiptUrl: string | null;
  readonly at: Date;
  readonly failed: boolean;
}

/** How things stand at Stripe, asked for after the event: what an event shows may be old. */
export interface Facts {
  readonly session: StripeSession | null;
  readonly invoice: StripeInvoice | null;
  readonly subscription: StripeSubscription | null;
  readonly money: readonly Money[];
}

const NOTHING: Facts = { session: null, invoice: null, subscription: null, money: [] };
/** Disputes that took no money: inquiries, and those that ended well. All others did, words that we do not know too. */
const HARMLESS = /^(warning_.*|won|prevented)$/;

/** `known`: the payment intents of a payment that was recorded already. Throws `BillingRefusal` for what Stripe does not know. */
export async function collectFacts(
  api: StripeApi,
  subject: Subject,
  known: readonly string[] | null,
): Promise<Facts> {
  try {
    switch (subject.kind) {
      case 'session':
        return await factsOfSession(api, await api.session(subject.id));
      case 'invoice':
        return await factsOfInvoice(api, subject.id);
      case 'subscription':
        return { ...NOTHING, subscription: await api.subscription(subject.id) };
      case 'payment':
        return await factsOfPayment(api, subject.id, known);
      case 'customer':
        return NOTHING;
    }
  } catch (error) {
    if (!isGone(error)) throw error;
    throw new BillingRefusal(`Stripe does not know the ${subject.kind} ${subject.id}.`);
  }
}

async function factsOfSession(api: StripeApi, session: StripeSession): Promise<Facts> {
  if (session.invoice !== null && session.subscription !== null) {
    return { ...(await factsOfInvoice(api, session.invoice)), session };
  }
  const subscription = session.subscription === null ? null : await api.subscription(session.subscription);
  const money = session.payment_intent === null ? [] : [await moneyOf(api, session.payment_intent)];
  return { session, invoice: null, subscription, money };
}

async function factsOfInvoice(api: StripeApi, id: string): Promise<Facts> {
  const invoice = await api.invoice(id);
  const reference = invoice.parent?.subscription_details?.subscription;
  const subscription = reference === undefined ? null : await api.subscription(reference);
  const money: Money[] = [];
  for (const intentId of paidIntents(invoice)) money.push(await moneyOf(api, intentId));
  return { session: null, invoice, subscription, money };
}

/** A refund may be told before the payment is: then what was paid for is looked up first. */
async function factsOfPayment(
  api: StripeApi,
  intentId: string,
  known: readonly string[] | null,
): Promise<Facts> {
  if (known !== null) {
    const money: Money[] = [];
    for (const id of known) money.push(await moneyOf(api, id));
    return { ...NOTHING, money };
  }
  const session = await api.sessionOfIntent(intentId);
  if (session !== null) return factsOfSession(api, session);
  const invoiceId = await api.invoiceOfIntent(intentId);
  return invoiceId === null ? NOTHING : factsOfInvoice(api, invoiceId);
}

async function moneyOf(api: StripeApi, intentId: string): Promise<Money> {
  const intent = await api.intent(intentId);
  const charge = intent.latest_charge;
  const isPaid = intent.status === 'succeeded';
  const disputes = isPaid && charge?.disputed === true ? await api.disputes(intentId) : [];
  return {
    intentId,
    paid: isPaid ? intent.amount_received : 0,
    currency: intent.currency,
    refunded: isPaid ? (charge?.amount_refunded ?? 0) : 0,
    disputed: disputes.filter(tookMoney).reduce((sum, { amount }) => sum + amount, 0),
    receiptUrl: charge?.receipt_url ?? null,
    at: new Date((charge?.created ?? 0) * 1000),
    failed: intent.status === 'requires_payment_method' || intent.status === 'canceled',
  };
}

function tookMoney({ status }: StripeDispute): boolean {
  return !HARMLESS.test(status);
}

function paidIntents({ payments }: StripeInvoice): string[] {
  return (payments?.data ?? []).flatMap(({ status, payment }) =>
    status === 'paid' && payment.payment_intent !== undefined ? [payment.payment_intent] : [],
  );
}
