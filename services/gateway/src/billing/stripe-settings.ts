import { z } from 'zod';

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The keys of the Stripe account. Without STRIPE_SECRET_KEY nothing is sold. */
export const stripeConfigSchema = z.object({
  /** `sk_...`, or better `rk_...` with the rights that docs/billing.md lists. */
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\S+$/, 'is no secret key: it starts with sk_ or rk_')
    .optional(),
  /** `whsec_...` of the webhook endpoint. */
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\S+$/, 'is no signing secret: it starts with whsec_')
    .optional(),
  /** Of the simulator on this machine, for trials. Stripe itself unless given. */
  STRIPE_API_BASE: z.url().optional(),
  /** For one try at a call. */
  STRIPE_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(8_000),
  /** How often it is looked at Stripe for what no event told us. */
  BILLING_SWEEP_SECONDS: z.coerce.number().positive().max(86_400).default(300),
});
type Env = z.output<typeof stripeConfigSchema> & { readonly PUBLIC_URL?: string | undefined };

/** Says what does not go together. */
export function checkStripe(env: Env, refuse: (key: string, message: string) => void): void {
  const { STRIPE_SECRET_KEY: key, STRIPE_WEBHOOK_SECRET: secret, STRIPE_API_BASE: base } = env;
  if (key !== undefined && secret === undefined) {
    refuse('STRIPE_WEBHOOK_SECRET', 'is needed beside STRIPE_SECRET_KEY: payments are told by webhooks');
  }
  if (base === undefined) return;
  if (key === undefined) refuse('STRIPE_API_BASE', 'does nothing without STRIPE_SECRET_KEY');
  if (key?.includes('_live_') === true)
    refuse('STRIPE_API_BASE', 'is refused with a live key: it goes to Stripe only');
  if (!LOOPBACK.has(new URL(base).hostname))
    refuse('STRIPE_API_BASE', 'must be on this machine: it is for the simulator');
  if (env.PUBLIC_URL?.startsWith('https:') === true) {
    refuse('STRIPE_API_BASE', 'is refused where PUBLIC_URL is https: anybody could pay there without money');
  }
}

export interface StripeSettings {
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly livemode: boolean;
  readonly apiBase: string | null;
  readonly timeoutMs: number;
}

/** Null: payments are off. */
export function stripeSettings(env: z.output<typeof stripeConfigSchema>): StripeSettings | null {
  const { STRIPE_SECRET_KEY: secretKey, STRIPE_WEBHOOK_SECRET: webhookSecret } = env;
  if (secretKey === undefined || webhookSecret === undefined) return null;
  return {
    secretKey,
    webhookSecret,
    livemode: secretKey.includes('_live_'),
    apiBase: env.STRIPE_API_BASE ?? null,
    timeoutMs: env.STRIPE_TIMEOUT_MS,
  };
}
