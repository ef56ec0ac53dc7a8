import {
  MODELS,
  resolveParams,
  vendorCostOf,
  violations,
  type InputRole,
  type ModelSpec,
  type Operation,
  type VideoRequest,
} from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import { startHailuoSimulator, ManualClock, type HailuoSimulator } from '@shotloom/vendor-simulators';
import { HailuoAdapter } from '../src/provider';

const call = {
  credential: { id: 'cred', version: 1, fields: { apiKey: 'test-key-for-catalogue' } },
  timeoutMs: 20_000,
};
const living = MODELS.filter(({ provider, price }) => provider === 'hailuo' && price !== null);
const INPUTS: readonly (readonly [Operation, readonly InputRole[]])[] = [
  ['text-to-video', []],
  ['image-to-video', ['first_frame']],
  ['image-to-video', ['first_frame', 'last_frame']],
  ['text-to-video', Array<InputRole>(7).fill('reference')],
];

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

/** Every size, ratio, length at both ends and set of inputs that the catalogue says goes together. */
function ordersOf(model: ModelSpec): VideoRequest[] {
  const wanted = INPUTS.filter(
    ([operation, roles]) =>
      model.operations.includes(operation) &&
      roles.every((role) => role === 'first_frame' || (role !== 'video' && model.inputs[role])),
  );
  const found = Object.entries(model.sizes).flatMap(([size, ratios]) =>
    model.aspect_ratios.flatMap((aspectRatio) =>
      [model.duration.min, model.duration.max].flatMap((durationSeconds) =>
        wanted.map(([operation, roles]): VideoRequest => ({
          ...{ operation, provider: 'hailuo', model: model.id, prompt: 'a cat', seed: 1, strength: null },
          ...{ negativePrompt: 'blur', stylePreset: 'ghibli', durationSeconds, aspectRatio, size },
          ...(ratios[aspectRatio] ?? { width: 0, height: 0 }),
          inputs: roles.map((role) => ({ role, assetId: 'a', objectKey: 'k', contentType: 'image/png' })),
          params: resolveParams(model, {}),
          adjustments: [],
        })),
      ),
    ),
  );
  return found.filter((request) => violations(model, request).length === 0);
}

it.each(living)(
  '$id makes everything that it is said to, at the cost that it is said to have',
  async (model) => {
    const adapter = new HailuoAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model);
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
