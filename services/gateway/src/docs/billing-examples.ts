import type { OperationExample } from './operation-example';

const CHECKOUT_ID = '019aa000-0000-7000-8000-000000000007';
const PACK_PRICE = { amount: 999, currency: 'usd' };
const PLAN_PRICE = { amount: 1_500, currency: 'usd' };

/** One request and one answer for each operation about payments. */
export const BILLING_EXAMPLES: Readonly<Record<string, OperationExample>> = {
  getBillingPlans: {
    response: {
      packs: [{ id: 'credits-500', title: '500 credits', description: '', credits: 500, price: PACK_PRICE }],
      subscriptions: [
        {
          id: 'creator',
          title: 'Creator',
          description: 'More videos at a time, and credits each month.',
          credits: 1_000,
          price: PLAN_PRICE,
          plan_id: 'creator',
          current: true,
        },
      ],
      current_plan: { id: 'creator', title: 'Creator' },
    },
  },
  getBilling: {
    response: {
      may_buy: true,
      is_customer: true,
      plan: { id: 'creator', title: 'Creator' },
      owed_credits: 0,
      subscription: {
        offer_id: 'creator',
        title: 'Creator',
        status: 'active',
        cancel_at_period_end: false,
        current_period_start: '2026-11-22T05:00:00.000Z',
        current_period_end: '2026-12-22T05:00:00.000Z',
        credits: 1_000,
        price: PLAN_PRICE,
      },
      invoices: {
        data: [
          {
            id: '019aa000-0000-7000-8000-000000000008',
            kind: 'subscription',
            title: 'Creator',
            price: PLAN_PRICE,
            credits: 1_000,
            credits_taken_back: 0,
            amount_refunded: 0,
            amount_disputed: 0,
            expires_at: '2026-12-22T08:00:00.000Z',
            receipt_url: 'https://invoice.stripe.com/i/...',
            paid_at: '2026-11-22T05:00:00.000Z',
          },
        ],
        next_cursor: null,
      },
    },
  },
  openCheckout: {
    request: { offer_id: 'credits-500', success_url: '/billing' },
    response: {
      id: CHECKOUT_ID,
      kind: 'checkout',
      url: 'https://checkout.stripe.com/c/pay/...',
      expires_at: '2026-11-23T04:00:00.000Z',
    },
  },
  getCheckout: {
    response: {
      id: CHECKOUT_ID,
      offer_id: 'credits-500',
      status: 'paid',
      credits: 500,
      price: PACK_PRICE,
      created_at: '2026-11-22T05:00:00.000Z',
    },
  },
  openPortal: {
    request: { return_url: '/billing' },
    response: { url: 'https://billing.stripe.com/p/session/...' },
  },
};
