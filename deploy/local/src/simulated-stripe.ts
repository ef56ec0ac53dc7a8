/** Who takes money and makes no videos: there is no engine of it. */
export const PAYMENTS = 'stripe';

/** What the simulator of Stripe accepts and signs with. */
export const SIMULATED_STRIPE = {
  secretKey: 'sk_test_simulated_by_shotloom',
  webhookSecret: 'whsec_simulated_by_shotloom',
} as const;
