import { MODELS, type InputRole } from '@shotloom/contracts';
import { startYunwuSimulator, ManualClock, type YunwuSimulator } from '@shotloom/vendor-simulators';
import { picture } from '../../../libs/provider-kit/test/vendor-conformance';
import { FRAMES, ordersOf, type OrderInputs } from '../../../libs/provider-kit/test/support/catalogue-orders';
import { YunwuAdapter } from '../src/provider';

const KEY = 'sk-test-key-for-catalogue';
const call = { credential: { id: 'cred', version: 1, fields: { apiKey: KEY } }, timeoutMs: 20_000 };
/** None has a price in the release; an operator may give each of them one. */
const models = MODELS.filter(({ provider }) => provider === 'yunwu');
const INPUTS: OrderInputs = [...FRAMES, ['text-to-video', Array<InputRole>(7).fill('reference')]];

let simulator: YunwuSimulator;
beforeAll(async () => {
  simulator = await startYunwuSimulator({
    ...{ clock: new ManualClock(), accounts: [{ apiKeys: [KEY], concurrency: 1_000_000 }] },
  });
});
afterAll(() => simulator.stop());

it('has models', () => expect(models.length).toBeGreaterThan(0));

it.each(models)(
  '$id makes everything that it is said to',
  async (model) => {
    const adapter = new YunwuAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model, { inputs: INPUTS });
    expect(orders.length).toBeGreaterThan(2);
    const before = simulator.tasks().length;
    for (const [index, request] of orders.entries()) {
      const inputs = request.inputs.map(({ role }) =>
        picture(2_000, role === 'image' ? 'first_frame' : role),
      );
      const attemptId = `${model.id}-${index}`;
      await adapter.submit({ attemptId, request, inputs, params: request.params, callbackUrl: null }, call);
    }
    expect(simulator.tasks().length - before).toBe(orders.length);
  },
  60_000,
);
