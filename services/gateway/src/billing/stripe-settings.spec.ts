import { checkStripe, stripeConfigSchema, stripeSettings } from './stripe-settings';

const TEST = { STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' };
const BASE = 'http://127.0.0.1:4020';

function refused(env: Record<string, string>, PUBLIC_URL?: string): string[] {
  const keys: string[] = [];
  checkStripe({ ...stripeConfigSchema.parse(env), PUBLIC_URL }, (key) => keys.push(key));
  return keys;
}

it('is off without a key, and on with both', () => {
  expect(stripeSettings(stripeConfigSchema.parse({}))).toBeNull();
  expect(stripeSettings(stripeConfigSchema.parse(TEST))).toMatchObject({ livemode: false, apiBase: null });
  const live = { ...TEST, STRIPE_SECRET_KEY: 'rk_live_1' };
  expect(stripeSettings(stripeConfigSchema.parse(live))).toMatchObject({ livemode: true });
});

it('goes to a simulator only where nobody can mistake it for a shop', () => {
  expect(refused({ ...TEST, STRIPE_API_BASE: BASE }, 'http://127.0.0.1:8080')).toEqual([]);
  expect(refused({ ...TEST, STRIPE_API_BASE: BASE }, 'https://video.example')).toEqual(['STRIPE_API_BASE']);
  expect(refused({ ...TEST, STRIPE_API_BASE: 'http://stripe.example' })).toEqual(['STRIPE_API_BASE']);
  expect(refused({ ...TEST, STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_API_BASE: BASE })).toEqual([
    'STRIPE_API_BASE',
  ]);
  expect(refused({ STRIPE_API_BASE: BASE })).toEqual(['STRIPE_API_BASE']);
});

it('needs the webhook secret beside the key, and takes nothing else for either', () => {
  expect(refused({ STRIPE_SECRET_KEY: 'sk_test_1' })).toEqual(['STRIPE_WEBHOOK_SECRET']);
  expect(stripeConfigSchema.safeParse({ STRIPE_SECRET_KEY: 'pk_test_1' }).success).toBe(false);
  expect(stripeConfigSchema.safeParse({ ...TEST, STRIPE_WEBHOOK_SECRET: 'secret' }).success).toBe(false);
});
