import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import OpenAI, { APIError, toFile } from 'openai';
import { mediaDeleteConsumer, mediaDeleteV1, type PayloadOf } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { samplePath, waitFor } from '@shotloom/testing';
import { call, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

// A gateway with all that it needs takes seconds to start on a busy machine.
jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let client: OpenAI;

/** The official client as it comes, retries and all; only the requests are counted. */
let sent: Headers[] = [];
const clientOf = ({ apiKey }: Pick<TestUser, 'apiKey'>, fetcher: typeof fetch = fetch): OpenAI =>
  new OpenAI({
    apiKey,
    baseURL: `${gateway.url}/v1`,
    fetch: (input, init) => {
      // It tries its own fetch with an empty form before it sends the first one.
      if (new Request(input).url.startsWith(gateway.url)) sent.push(new Headers(init?.headers));
      return fetcher(input, init);
    },
  });
const failureOf = async (call: Promise<unknown>): Promise<APIError> => {
  const thrown = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof APIError) return thrown;
  throw new Error(`This is no error of the API: ${String(thrown)}`);
};
const only = (): GatewayFixture['backstage']['accepted'][number] => {
  const [first, ...more] = gateway.backstage.accepted;
  if (!first || more.length > 0) throw new Error(`${gateway.backstage.accepted.length} orders were accepted`);
  return first;
};

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
  client = clientOf(user);
  gateway.backstage.replaysKeys = true;
});
afterAll(() => gateway.close());
beforeEach(() => {
  gateway.backstage.reset();
  sent = [];
});

describe('an order of the official client', () => {
  it('from words alone becomes a job of the model, at the nearest length and size', async () => {
    const video = await client.videos.create({
      model: 'animatic:animatic-1',
      prompt: 'a boat',
      seconds: '12',
      size: '1024x1792',
    });
    expect(video).toMatchObject({
      object: 'video',
      status: 'queued',
      model: 'animatic:animatic-1',
      progress: 0,
    });
    expect(only().request).toMatchObject({
      operation: 'text-to-video',
      prompt: 'a boat',
      aspectRatio: '9:16',
    });
    const { adjustments } = video as unknown as { adjustments: { field: string }[] };
    expect(adjustments.map(({ field }) => field)).toContain('size');
    expect(await client.videos.retrieve(video.id)).toEqual(video);
  });

  it('with a picture in the form is made from it, wherever the file stands in the form', async () => {
    const video = await client.videos.create({
      model: 'animatic-1',
      prompt: 'camera zooms in',
      input_reference: createReadStream(samplePath('rocket.jpg')),
    });
    expect(video.status).toBe('queued');
    const { request } = only();
    expect(request).toMatchObject({
      operation: 'image-to-video',
      inputs: [{ role: 'image', contentType: 'image/jpeg' }],
    });
    const asset = gateway.backstage.assets.get(request.inputs[0]?.assetId ?? '');
    expect(asset).toMatchObject({ ownerUserId: user.userId, origin: 'upload' });
    const form = new FormData();
    form.append(
      'input_reference',
      new Blob([new Uint8Array(await readFile(samplePath('rocket.jpg')))]),
      'x.jpg',
    );
    form.append('prompt', 'the file first');
    const answer = await call(gateway, '/v1/videos', user, { method: 'POST', body: form });
    expect(answer).toMatchObject({ status: 200, body: { prompt: 'the file first', object: 'video' } });
  });

  it('may name an upload, or carry the picture itself', async () => {
    const asset = gateway.backstage.addAsset(user);
    await client.videos.create({ prompt: 'by id', input_reference: { file_id: asset.assetId } });
    expect(only().request.inputs).toMatchObject([{ assetId: asset.assetId }]);
    const small = `data:image/jpeg;base64,${(await readFile(samplePath('rocket.jpg'))).subarray(0, 40_000).toString('base64')}`;
    await client.videos.create({ prompt: 'inline', input_reference: { image_url: small } });
    expect(gateway.backstage.accepted[1]?.request.inputs).toMatchObject([{ contentType: 'image/jpeg' }]);
    const foreign = { image_url: 'https://elsewhere.example/a.png' };
    const refused = await failureOf(client.videos.create({ prompt: 'x', input_reference: foreign }));
    expect(refused).toMatchObject({ status: 400, param: 'input_reference' });
  });

  it('that is refused leaves no picture behind, and is not sent again', async () => {
    const deleted: PayloadOf<typeof mediaDeleteV1>[] = [];
    const consumption = await gateway.bus.consume(
      mediaDeleteConsumer,
      async ({ payload }) => void deleted.push(mediaDeleteV1.payload.parse(payload)),
      { concurrency: 1 },
    );
    gateway.backstage.onAccept = () => {
      throw new AppError('insufficient_credits', 'This costs 5 credits, and 2 are available: buy more.');
    };
    const input_reference = await toFile(createReadStream(samplePath('rocket.jpg')), 'photo.jpg');
    const refused = await failureOf(client.videos.create({ prompt: 'x', input_reference }));
    expect(refused).toMatchObject({ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' });
    expect(sent).toHaveLength(1);
    await waitFor(() => deleted.length === 1, { what: 'the removal of the picture' });
    expect(deleted[0]?.ownerUserId).toBe(user.userId);
    await consumption.stop();
  });
});

describe('an order that is sent again by the client itself', () => {
  /** The answer to the first call is lost on its way back. */
  const losingTheFirst = (): typeof fetch => {
    let lost = false;
    return async (input, init) => {
      const answer = await fetch(input, init);
      if (lost || init?.method !== 'POST') return answer;
      lost = true;
      await answer.arrayBuffer();
      throw new TypeError('fetch failed');
    };
  };

  it('gives the first video', async () => {
    const video = await clientOf(user, losingTheFirst()).videos.create({ prompt: 'only once' });
    expect(sent.map((headers) => headers.get('x-stainless-retry-count'))).toEqual(['0', '1']);
    expect(only().jobIds).toEqual([video.id]);
  });

  it('gives the first video with a picture too, and keeps no second copy', async () => {
    const input_reference = await toFile(createReadStream(samplePath('rocket.jpg')), 'photo.jpg');
    const order = { prompt: 'only once, with a picture', input_reference };
    const video = await clientOf(user, losingTheFirst()).videos.create(order);
    expect(sent).toHaveLength(2);
    expect(only().jobIds).toEqual([video.id]);
  });

  it('is a video of its own where it is wished again, or by another, or differs', async () => {
    const wish = { prompt: 'wished twice' };
    const first = await client.videos.create(wish);
    const second = await client.videos.create(wish);
    const again = { headers: { 'X-Stainless-Retry-Count': '1' } };
    const other = await clientOf(await gateway.addUser()).videos.create(wish, again);
    const different = await client.videos.create({ prompt: 'wished thrice' }, again);
    expect(new Set([first.id, second.id, other.id, different.id]).size).toBe(4);
    expect(gateway.backstage.accepted).toHaveLength(4);
    expect((await client.videos.create(wish, again)).id).toBe(second.id);
  });

  it('keeps a key that the client gave', async () => {
    const keyed = { headers: { 'Idempotency-Key': 'mine-1' } };
    const first = await client.videos.create({ prompt: 'by key' }, keyed);
    expect((await client.videos.create({ prompt: 'by key' }, keyed)).id).toBe(first.id);
    expect(only().idempotency).toMatchObject({ route: 'POST /v1/videos', key: 'mine-1' });
  });
});

describe('a video', () => {
  const finished = async (): Promise<string> => {
    const { id } = await client.videos.create({ prompt: 'a boat' });
    gateway.backstage.finish(id, gateway.backstage.addVideo(user));
    return id;
  };

  it('is given out when it is finished, and not before', async () => {
    const { id } = await client.videos.create({ prompt: 'a boat' });
    const early = await failureOf(client.videos.downloadContent(id));
    expect(early).toMatchObject({ status: 409, code: 'conflict' });
    expect(sent.filter((headers) => headers.get('accept') === 'application/binary')).toHaveLength(1);
    gateway.backstage.finish(id, gateway.backstage.addVideo(user));
    expect((await client.videos.retrieve(id)).status).toBe('completed');
    const answer = await call(gateway, `/v1/videos/${id}/content`, user);
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/^https:\/\/media\.example\/.+sig=1$/);
    expect((await call(gateway, `/v1/videos/${id}/content?variant=poster`, user)).status).toBe(400);
  });

  it('gives its pictures to the official client once they are made, and says when its file goes', async () => {
    const files = createServer((request, response) => response.end(`picture at ${request.url}`));
    await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = files.address() as AddressInfo;
      gateway.backstage.mediaUrl = `http://127.0.0.1:${port}`;
      const { id } = await client.videos.create({ prompt: 'a boat' });
      const video = gateway.backstage.addVideo(user);
      gateway.backstage.finish(id, video);
      const early = await failureOf(client.videos.downloadContent(id, { variant: 'spritesheet' }));
      expect(early).toMatchObject({ status: 404, code: 'not_found' });
      gateway.backstage.decorate(video);
      const sheet = await client.videos.downloadContent(id, { variant: 'spritesheet' });
      expect(await sheet.text()).toContain(`/renditions/${video.assetId}/spritesheet`);
      const picture = await client.videos.downloadContent(id, { variant: 'thumbnail' });
      expect(await picture.text()).toContain(`/posters/${video.assetId}.jpg`);
      expect((await client.videos.retrieve(id)).expires_at).toBe(Date.parse('2027-03-01T00:00:00Z') / 1_000);
      gateway.backstage.expired.set(video.assetId, '2026-11-01T00:00:00.000Z');
      const late = await failureOf(client.videos.downloadContent(id));
      expect(late).toMatchObject({ status: 410, code: 'gone' });
    } finally {
      gateway.backstage.mediaUrl = 'https://media.example';
      files.close();
    }
  });

  it('is remixed with other words, and says what it came from', async () => {
    const id = await finished();
    const remix = await client.videos.remix(id, { prompt: 'the same at night' });
    expect(remix).toMatchObject({ remixed_from_video_id: id, prompt: 'the same at night', status: 'queued' });
    expect(gateway.backstage.accepted[1]).toMatchObject({
      retryOf: null,
      request: { prompt: 'the same at night' },
    });
    const early = await failureOf(client.videos.remix(remix.id, { prompt: 'once more' }));
    expect(early).toMatchObject({ status: 409 });
  });

  it('is listed and removed', async () => {
    const owner = await gateway.addUser();
    const own = clientOf(owner);
    const { id } = await own.videos.create({ prompt: 'one' });
    const page = await own.videos.list({ limit: 1, order: 'asc' });
    expect(page.data.map((video) => video.id)).toEqual([id]);
    expect(gateway.backstage.listed.at(-1)).toMatchObject({ limit: 1, order: 'oldest' });
    expect(await own.videos.delete(id)).toEqual({ id, object: 'video.deleted', deleted: true });
    expect(await failureOf(own.videos.retrieve(id))).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('of another user is not there', async () => {
    const id = await finished();
    const stranger = clientOf(await gateway.addUser());
    const tries: (() => Promise<unknown>)[] = [
      () => stranger.videos.retrieve(id),
      () => stranger.videos.delete(id),
      () => stranger.videos.downloadContent(id),
      () => stranger.videos.remix(id, { prompt: 'x' }),
      async () => stranger.videos.list({ after: id }),
    ];
    for (const attempt of tries) expect(await failureOf(attempt())).toMatchObject({ status: 404 });
    expect(gateway.backstage.jobs.has(id)).toBe(true);
  });
});

it('lists the models that are on', async () => {
  const models = await client.models.list();
  expect(models.data).toContainEqual(
    expect.objectContaining({ id: 'animatic:animatic-1', owned_by: 'animatic' }),
  );
  expect(models.data.some(({ owned_by: owner }) => owner === 'kling')).toBe(false);
  expect(await client.models.retrieve('animatic:animatic-1')).toMatchObject({ object: 'model' });
  expect(await failureOf(client.models.retrieve('gpt-9'))).toMatchObject({ status: 404 });
});

it('fails in that API, in its words', async () => {
  const badKey = await failureOf(clientOf({ apiKey: 'sl_none' }).videos.retrieve('x'));
  expect(badKey).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'authentication_error' });
  const unknown = await failureOf(client.videos.create({ prompt: 'x', model: 'sora-9' }));
  expect(unknown).toMatchObject({ status: 400, param: 'model', type: 'invalid_request_error' });
  const field = await failureOf(client.videos.create({ prompt: 'x', colour: 'red' } as never));
  expect(field).toMatchObject({ status: 400, param: 'colour' });
  const readOnly = clientOf(await gateway.addUser(['read']));
  expect(await failureOf(readOnly.videos.create({ prompt: 'x' }))).toMatchObject({ status: 403 });
  const text = await call(gateway, '/v1/videos', user, {
    method: 'POST',
    body: 'x',
    headers: { 'content-type': 'text/plain' },
  });
  expect(text).toMatchObject({ status: 415, body: { error: { type: 'invalid_request_error' } } });
  expect(gateway.backstage.accepted).toHaveLength(0);
});
