import { MODELS, vendorCostOf, type InputRole } from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import { startHailuoSimulator, ManualClock, type HailuoSimulator } from '@shotloom/vendor-simulators';
import { FRAMES, ordersOf, type OrderInputs } from '../../../libs/provider-kit/test/support/catalogue-orders';
import { HailuoAdapter } from '../src/provider';

const call = {
  credential: { id: 'cred', version: 1, fields: { apiKey: 'test-key-for-catalogue' } },
  timeoutMs: 20_000,
};
const living = MODELS.filter(({ provider, price }) => provider === 'hailuo' && price !== null);
/** Pictures of subjects too, more than are free. */
const INPUTS: OrderInputs = [...FRAMES, ['text-to-video', Array<InputRole>(7).fill('reference')]];

let clock: ManualClock;
let simulator: HailuoSimulator;
beforeAll(async () => {
  clock = new ManualClock();
  simulator = await startHailuoSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [1_000, 1_000] },
    accounts: [{ apiKeys: ['test-key-for-catalogue'], concurrency: 1_000_000 }],
  });
});
afterAll(() => simulator.stop());

const picture = (role: InputRole): VendorInput => ({
  ...{ role, contentType: 'image/png', sizeBytes: 24, url: 'https://pictures.example/a.png' },
  open: () => Promise.reject(new Error('it goes by address')),
});

it.each(living)(
  '$id makes everything that it is said to, at the cost that it is said to have',
  async (model) => {
    const adapter = new HailuoAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model, { inputs: INPUTS });
    expect(orders.length).toBeGreaterThan(2);
    const before = simulator.tasks().length;
    for (const [index, request] of orders.entries()) {
      const inputs = request.inputs.map(({ role }) => picture(role === 'image' ? 'first_frame' : role));
      const attemptId = `${model.id}-${index}`;
      await adapter.submit({ attemptId, request, inputs, params: request.params, callbackUrl: null }, call);
    }
    clock.advance(1_000);
    clock.advance(1_000);
    const charged = simulator
      .tasks()
      .slice(before)
      .map(({ cost }) => cost);
    expect(charged).toEqual(orders.map((request) => `${vendorCostOf(model, request)?.units}`));
  },
  60_000,
);
