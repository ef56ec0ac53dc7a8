import {
  MODELS,
  resolveParams,
  vendorCostOf,
  violations,
  type InputRole,
  type ModelSpec,
  type Operation,
  type ParamValue,
  type VideoRequest,
} from '@shotloom/contracts';
import type { VendorInput } from '@shotloom/provider-kit';
import { ManualClock, startKlingSimulator, type KlingSimulator } from '@shotloom/vendor-simulators';
import { KlingAdapter } from '../src/provider';

const KEY = 'test-api-key-for-catalogue';
const call = { credential: { id: 'cred', version: 1, fields: { apiKey: KEY } } };
const living = MODELS.filter(({ provider, price }) => provider === 'kling' && price !== null);

let clock: ManualClock;
let simulator: KlingSimulator;
beforeAll(async () => {
  clock = new ManualClock();
  simulator = await startKlingSimulator({
    clock,
    queueMs: [1_000, 1_000],
    runMs: [1_000, 1_000],
    accounts: [{ apiKeys: [KEY], accessKey: 'a', secretKey: 's', webhookSecret: '', concurrency: 1_000_000 }],
  });
});
afterAll(() => simulator.stop());

const picture = (role: InputRole): VendorInput => ({
  ...{ role, contentType: 'image/png', sizeBytes: 24, url: 'https://pictures.example/a.png' },
  open: () => Promise.reject(new Error('it goes by address')),
});

/** Every size, length at both ends, parameter and set of inputs that the catalogue says goes together. */
function ordersOf(model: ModelSpec): VideoRequest[] {
  const { last_frame: last, reference } = model.inputs;
  const inputs: readonly (readonly [Operation, readonly InputRole[]])[] = [
    ['text-to-video', []],
    ['image-to-video', ['first_frame']],
    ...(last ? [['image-to-video', ['first_frame', 'last_frame']] as const] : []),
    ...(reference ? [['text-to-video', ['reference', 'reference']] as const] : []),
    ...(reference ? [['image-to-video', ['first_frame', 'reference']] as const] : []),
  ];
  const params: readonly Record<string, ParamValue>[] = [
    {},
    ...('sound' in model.params ? [{ sound: true }] : []),
    ...('multi_shot' in model.params ? [{ multi_shot: true, watermark: true }] : []),
  ];
  const found = Object.entries(model.sizes).flatMap(([size, ratios]) =>
    model.aspect_ratios.flatMap((aspectRatio) =>
      [model.duration.min, model.duration.max].flatMap((durationSeconds) =>
        params.flatMap((chosen) =>
          inputs.map(([operation, roles]): VideoRequest => {
            const pixels = ratios[aspectRatio] ?? { width: 0, height: 0 };
            return {
              ...{ operation, provider: 'kling', model: model.id, prompt: 'a cat', seed: 1, strength: null },
              ...{ negativePrompt: null, stylePreset: null, durationSeconds, aspectRatio, size, ...pixels },
              inputs: roles.map((role) => ({ role, assetId: 'a', objectKey: 'k', contentType: 'image/png' })),
              params: resolveParams(model, chosen),
              adjustments: [],
            };
          }),
        ),
      ),
    ),
  );
  return found.filter((request) => violations(model, request).length === 0);
}

it.each(living)(
  '$id makes everything that it is said to, at the cost that it is said to have',
  async (model) => {
    const adapter = new KlingAdapter({ baseUrl: simulator.url });
    const orders = ordersOf(model);
    expect(orders.length).toBeGreaterThan(10);
    const tasks = [];
    for (const [index, request] of orders.entries()) {
      const attemptId = `${model.id}-${index}`;
      const inputs = request.inputs.map(({ role }) => picture(role === 'image' ? 'first_frame' : role));
      const task = { attemptId, request, inputs, params: request.params, callbackUrl: null };
      const { vendorTaskId } = await adapter.submit(task, { ...call, timeoutMs: 20_000 });
      const { operation } = request;
      tasks.push({ attemptId, externalTaskId: attemptId, vendorTaskId, operation });
    }
    clock.advance(1_000);
    clock.advance(1_000);
    for (let at = 0; at < tasks.length; at += 20) {
      const answers = await adapter.poll(tasks.slice(at, at + 20), { ...call, timeoutMs: 20_000 });
      for (const [index, answer] of answers.entries()) {
        const request = orders[at + index];
        if (!request) throw new Error('an answer to nothing');
        const cost = vendorCostOf(model, request);
        expect(answer).toMatchObject({
          outcome: { kind: 'succeeded', cost: { amount: `${cost?.units}`, unit: cost?.unit } },
        });
      }
    }
  },
  60_000,
);
