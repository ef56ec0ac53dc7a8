import { MODELS, type VideoRequest } from '@shotloom/contracts';
import { startSoraSimulator, type SoraSimulator } from '@shotloom/vendor-simulators';
import { picture } from '../../../libs/provider-kit/test/vendor-conformance';
import { SoraAdapter } from '../src/provider';

const KEY = 'test-key-for-catalogue';
const call = { credential: { id: 'cred', version: 1, fields: { apiKey: KEY } }, timeoutMs: 20_000 };
const living = MODELS.filter(({ provider, price }) => provider === 'sora' && price !== null);

let simulator: SoraSimulator;
beforeAll(async () => {
  simulator = await startSoraSimulator({ accounts: [{ apiKeys: [KEY], concurrency: 1_000_000 }] });
});
afterAll(() => simulator.stop());

it.each(living)(
  '$id makes everything that it is said to',
  async (model) => {
    const adapter = new SoraAdapter({ baseUrl: simulator.url });
    const before = simulator.tasks().length;
    const orders = model.operations.flatMap((operation) =>
      Object.entries(model.sizes).flatMap(([size, ratios]) =>
        model.aspect_ratios.flatMap((aspectRatio) =>
          (model.duration.values ?? []).map((durationSeconds): VideoRequest => ({
            ...{ operation, provider: 'sora', model: model.id, prompt: 'a cat', seed: 1, strength: null },
            ...{ negativePrompt: 'blur', stylePreset: 'ghibli', durationSeconds, aspectRatio, size },
            ...(ratios[aspectRatio] ?? { width: 0, height: 0 }),
            ...{ inputs: [], params: {}, adjustments: [] },
          })),
        ),
      ),
    );
    expect(orders.length).toBeGreaterThan(2);
    for (const [index, request] of orders.entries()) {
      const inputs =
        request.operation === 'image-to-video' ? [picture(2_000, 'first_frame', undefined, request)] : [];
      const attemptId = `${model.id}-${index}`;
      await adapter.submit({ attemptId, request, inputs, params: {}, callbackUrl: null }, call);
    }
    expect(simulator.tasks().length - before).toBe(orders.length);
  },
  30_000,
);
