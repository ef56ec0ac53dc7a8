import { MODELS, vendorCostOf, type InputRole } from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import { startReplicateSimulator, ManualClock, type ReplicateSimulator } from '@shotloom/vendor-simulators';
import { ordersOf } from '../../../libs/provider-kit/test/support/catalogue-orders';
import { ReplicateAdapter } from '../src/provider';

const call = {
  credential: { id: 'cred', version: 1, fields: { apiToken: 'r8_test-key-for-catalogue' } },
  timeoutMs: 20_000,
};
const RUN_MS = 61_000;
const living = MODELS.filter(({ provider, price }) => provider === 'replicate' && price !== null);

let clock: ManualClock;
let simulator: ReplicateSimulator;
beforeAll(async () => {
  clock = new ManualClock();
  simulator = await startReplicateSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [RUN_MS, RUN_MS] },
    accounts: [{ apiKeys: ['r8_test-key-for-catalogue'] }],
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
    const adapter = new ReplicateAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model);
    expect(orders.length).toBeGreaterThan(1);
    const before = simulator.tasks().length;
    for (const [index, request] of orders.entries()) {
      const inputs = request.inputs.map(({ role }) => picture(role === 'image' ? 'first_frame' : role));
      const attemptId = `${model.id}-${index}`;
      await adapter.submit({ attemptId, request, inputs, params: request.params, callbackUrl: null }, call);
    }
    clock.advance(1_000);
    clock.advance(RUN_MS);
    const made = simulator.tasks().slice(before);
    const [first] = made;
    const operation = orders[0]?.operation ?? 'text-to-video';
    const ref = { attemptId: 'at', externalTaskId: 'at', vendorTaskId: first?.taskId ?? '', operation };
    const [answer] = await adapter.poll([ref], call);
    const reported = answer?.outcome.kind === 'succeeded' ? answer.outcome.cost : undefined;
    const tariff = model.vendor_cost;
    if (tariff?.unit === 'usd') {
      expect(made.map(({ cost }) => cost)).toEqual(
        orders.map((request) => `${vendorCostOf(model, request)?.units}`),
      );
      expect(reported).toBeNull();
      return;
    }
    // Billed by the second of hardware: what is reported, in the unit of the tariff, is what was taken.
    expect(reported).toEqual({ unit: tariff?.unit, amount: `${RUN_MS / 1000}` });
    const dollars = ((RUN_MS / 1000) * (tariff?.micro_usd_per_unit ?? 0)) / 1_000_000;
    expect(made.map(({ cost }) => Number(cost))).toEqual(orders.map(() => dollars));
  },
  60_000,
);
