import { STRIPE_DEMO_KEY, STRIPE_DEMO_WEBHOOK_SECRET } from './stripe-simulator';

it('keeps the keys that the local runtime knows', () => {
  expect([STRIPE_DEMO_KEY, STRIPE_DEMO_WEBHOOK_SECRET]).toEqual([
    'sk_test_simulated_by_shotloom',
    'whsec_simulated_by_shotloom',
  ]);
});
