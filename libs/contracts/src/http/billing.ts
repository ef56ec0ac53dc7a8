import { z } from 'zod';

/** Money in the currency's smallest unit: 999 is 9.99 USD, and 999 JPY. */
const moneySchema = z.object({
  amount: z.int(),
  currency: z.string().describe('ISO 4217 in small letters.'),
});

const offer = {
  id: z.string(),
  title: z.string(),
  description: z.string(),
  price: moneySchema,
};

/** GET /api/v1/billing/plans: what can be bought. */
export const billingPlansSchema = z
  .object({
    packs: z.array(z.object({ ...offer, credits: z.int().describe('Once; they do not expire.') })),
    subscriptions: z.array(
      z.object({
        ...offer,
        credits: z.int().describe('Each month; they expire with it.'),
        plan_id: z.string(),
        current: z.boolean(),
      }),
    ),
    current_plan: z.object({ id: z.string(), title: z.string() }),
  })
  .meta({ id: 'BillingPlans' });
export type BillingPlans = z.infer<typeof billingPlansSchema>;

const returnUrl = z
  .string()
  .min(1)
  .max(2_000)
  .optional()
  .describe('A path or an address of this installation.');

/** POST /api/v1/billing/checkout */
export const openCheckoutSchema = z
  .strictObject({
    offer_id: z.string().min(1).max(40),
    success_url: returnUrl,
    cancel_url: returnUrl,
  })
  .meta({ id: 'OpenCheckout' });
export type OpenCheckout = z.infer<typeof openCheckoutSchema>;

export const openedCheckoutSchema = z
  .object({
    id: z.string().nullable().describe('Of the checkout; null where `kind` is portal.'),
    kind: z
      .enum(['checkout', 'portal'])
      .describe('`portal`: you have a subscription, and confirm its change there.'),
    url: z.string().describe('Open it in the browser.'),
    expires_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'OpenedCheckout' });
export type OpenedCheckout = z.infer<typeof openedCheckoutSchema>;

/** GET /api/v1/billing/checkouts/{id} */
export const checkoutResourceSchema = z
  .object({
    id: z.string(),
    offer_id: z.string(),
    status: z.enum(['open', 'paid', 'expired', 'failed']),
    credits: z.int(),
    price: moneySchema,
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Checkout' });
export type CheckoutResource = z.infer<typeof checkoutResourceSchema>;

/** POST /api/v1/billing/portal */
export const openPortalSchema = z.strictObject({ return_url: returnUrl }).meta({ id: 'OpenPortal' });
export type OpenPortal = z.infer<typeof openPortalSchema>;
export const openedPortalSchema = z.object({ url: z.string() }).meta({ id: 'OpenedPortal' });

/** GET /api/v1/billing pages over what was paid. */
export const billingQuerySchema = z
  .strictObject({
    limit: z.coerce.number().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
  })
  .meta({ id: 'BillingQuery' });
export type BillingQuery = z.infer<typeof billingQuerySchema>;

/** GET /api/v1/billing */
export const billingResourceSchema = z
  .object({
    may_buy: z.boolean().describe('Only owners and admins of the account may.'),
    is_customer: z.boolean().describe('Whether the portal has anything to show.'),
    plan: z.object({ id: z.string(), title: z.string() }),
    owed_credits: z
      .int()
      .describe('Owed after a payment went back; the next credits pay it before any can be spent.'),
    subscription: z
      .object({
        offer_id: z.string(),
        title: z.string(),
        status: z.string().describe('Stripe’s own word: active, past_due, unpaid …'),
        cancel_at_period_end: z.boolean(),
        current_period_start: z.iso.datetime(),
        current_period_end: z.iso.datetime(),
        credits: z.int(),
        price: moneySchema,
      })
      .nullable(),
    invoices: z.object({
      data: z.array(
        z.object({
          id: z.string(),
          kind: z.enum(['pack', 'subscription']),
          title: z.string(),
          price: moneySchema,
          credits: z.int(),
          credits_taken_back: z.int(),
          amount_refunded: z.int(),
          amount_disputed: z.int(),
          expires_at: z.iso.datetime().nullable(),
          receipt_url: z.string().nullable(),
          paid_at: z.iso.datetime(),
        }),
      ),
      next_cursor: z.string().nullable(),
    }),
  })
  .meta({ id: 'Billing' });
export type BillingResource = z.infer<typeof billingResourceSchema>;
