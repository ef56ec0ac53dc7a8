import { MODELS, vendorCostOf } from '@shotloom/contracts';
import { startRunwaySimulator, ManualClock, type RunwaySimulator } from '@shotloom/vendor-simulators';
import { picture } from '../../../libs/provider-kit/test/vendor-conformance';
import { ordersOf } from '../../../libs/provider-kit/test/support/catalogue-orders';
import { RunwayAdapter } from '../src/provider';

const call = {
  credential: { id: 'cred', version: 1, fields: { apiKey: 'test-key-for-catalogue' } },
  timeoutMs: 20_000,
};
const living = MODELS.filter(({ provider, price }) => provider === 'runway' && price !== null);
/** Each says of itself what it costs. */
const SOUNDS: readonly Record<string, boolean>[] = [{ audio: true }, { audio: false }];

let clock: ManualClock;
let simulator: RunwaySimulator;
beforeAll(async () => {
  clock = new ManualClock();
  simulator = await startRunwaySimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [1_000, 1_000] },
    accounts: [{ apiKeys: ['test-key-for-catalogue'], concurrency: 1_000_000 }],
  });
});
afterAll(() => simulator.stop());

it.each(living)(
  '$id makes everything that it is said to, at the cost that it is said to have',
  async (model) => {
    const adapter = new RunwayAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model, { params: model.params['audio'] ? SOUNDS : [{}] });
    expect(orders.length).toBeGreaterThan(2);
    const before = simulator.tasks().length;
    for (const [index, request] of orders.entries()) {
      const inputs = request.inputs.map(({ role }) =>
        picture(2_000, role === 'image' ? 'first_frame' : role),
      );
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
