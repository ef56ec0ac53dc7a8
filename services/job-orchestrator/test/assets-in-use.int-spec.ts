import { assetsInUseRpc, cancelJobRpc, type JobInput } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { Harness, VIDEO } from './harness';

jest.setTimeout(60_000);

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

const inputOf = (assetId: string): JobInput => ({
  role: 'image',
  assetId,
  objectKey: `uploads/${assetId}`,
  contentType: 'image/png',
});

it('tells which assets are inputs of jobs that have not ended, for their owner only', async () => {
  const [user, stranger] = [await harness.user(1_000), await harness.user(1_000)];
  const [first, second, unused] = [newId(), newId(), newId()];
  const request = { ...VIDEO, inputs: [inputOf(first), inputOf(second)] };
  const { jobId } = await harness.accept(user, { request });
  const ask = async (ownerUserId: string): Promise<string[]> => {
    const assets = [first, second, unused].map((assetId) => ({ assetId, ownerUserId }));
    const { inUse } = await harness.bus.request(assetsInUseRpc, { assets });
    return inUse.toSorted();
  };
  expect(await ask(user.userId)).toEqual([first, second].toSorted());
  const own = { assets: [{ assetId: first, ownerUserId: user.userId }] };
  expect((await harness.bus.request(assetsInUseRpc, own)).jobIds).toEqual([jobId]);
  expect(await ask(stranger.userId)).toEqual([]);
  await harness.bus.request(cancelJobRpc, { userId: user.userId, jobId });
  expect(await ask(user.userId)).toEqual([]);
});
