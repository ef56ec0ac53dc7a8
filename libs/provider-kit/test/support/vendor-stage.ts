import type { VideoRequest } from '@shotloom/contracts';
import { createMetrics } from '@shotloom/service-kit';
import { FakeAdapter, FakeVendor } from './fake-vendor';
import { request } from './orchestra';
import { VendorOrchestra } from './vendor-orchestra';

export const fakeRequest: VideoRequest = { ...request, provider: 'fake', model: 'fake:fake-1' };

/** The fake vendor, its adapter, and all that stands around a worker; made anew for each test. */
export interface Stage {
  readonly orchestra: VendorOrchestra;
  readonly vendor: FakeVendor;
  readonly adapter: FakeAdapter;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly stop: () => Promise<void>;
}

export async function setStage(): Promise<Stage> {
  const orchestra = await VendorOrchestra.start({ provider: 'fake', request: fakeRequest });
  orchestra.secrets.set('key:1', { id: 'key', version: 1, fields: { key: 'good-old-key' }, baseUrl: null });
  const vendor = await FakeVendor.start();
  return {
    ...{ orchestra, vendor, adapter: new FakeAdapter(vendor.url), metrics: createMetrics('test') },
    stop: async () => {
      await orchestra.stop();
      await vendor.stop();
    },
  };
}

/** The value of a sample whose labels contain all of these, or undefined. */
export async function sample(
  { metrics }: Pick<Stage, 'metrics'>,
  name: string,
  labels: readonly string[],
): Promise<number | undefined> {
  const lines = (await metrics.metrics()).split('\n');
  const line = lines.find(
    (text) => text.startsWith(`${name}{`) && labels.every((label) => text.includes(label)),
  );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}
