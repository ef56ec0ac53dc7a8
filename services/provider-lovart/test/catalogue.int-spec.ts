import { MODELS, vendorCostOf } from '@shotloom/contracts';
import { ManualClock, startLovartSimulator, type LovartSimulator } from '@shotloom/vendor-simulators';
import { picture } from '../../../libs/provider-kit/test/vendor-conformance';
import { ordersOf } from '../../../libs/provider-kit/test/support/catalogue-orders';
import { LovartAdapter } from '../src/provider';

const fields = { accessKey: 'ak_catalogue', secretKey: 'sk_catalogue' };
const call = { credential: { id: 'cred', version: 1, fields }, timeoutMs: 20_000 };
const living = MODELS.filter(({ provider, price }) => provider === 'lovart' && price !== null);

let clock: ManualClock;
let simulator: LovartSimulator;
let adapter: LovartAdapter;
beforeAll(async () => {
  clock = new ManualClock();
  simulator = await startLovartSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [1_000, 1_000], projectReadyMs: 0 },
    // As dear as the cheapest budget allows, so that every order has to be confirmed.
    accounts: [{ keys: [fields], concurrency: 1_000_000, creditsPerSecond: 20 }],
  });
  adapter = new LovartAdapter({ baseUrl: simulator.url, clock: { now: () => new Date(clock.now()) } });
});
afterAll(() => simulator.stop());

it.each(living)(
  '$id orders everything that it is said to make, within its budget',
  async (model) => {
    const before = simulator.tasks().length;
    const orders = ordersOf(model);
    expect(orders.length).toBeGreaterThan(2);
    for (const [index, request] of orders.entries()) {
      const attemptId = `${model.id}-${index}`;
      const inputs = request.inputs.map(({ role }) => picture(200, role === 'image' ? 'first_frame' : role));
      const task = { attemptId, request, inputs, params: request.params, callbackUrl: null };
      const { vendorTaskId, externalTaskId } = await adapter.submit(task, call);
      const ref = { attemptId, externalTaskId, vendorTaskId, operation: request.operation };
      expect((await adapter.poll([ref], call))[0]?.outcome.kind).toBe('running');
    }
    clock.advance(2_000);
    const charged = simulator.tasks().slice(before);
    expect(charged.map(({ cost }) => Number(cost))).toEqual(orders.map((o) => o.durationSeconds * 20));
    for (const [index, request] of orders.entries()) {
      expect(Number(charged[index]?.cost)).toBeLessThanOrEqual(vendorCostOf(model, request)?.units ?? 0);
    }
  },
  60_000,
);
