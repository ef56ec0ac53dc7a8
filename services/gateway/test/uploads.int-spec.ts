import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { mediaDeleteConsumer, mediaDeleteV1, type PayloadOf } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { samplePath, waitFor } from '@shotloom/testing';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);
const MIB = 1024 * 1024;
const JPEG_HEAD = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
const MP4_HEAD = Buffer.from('000000206674797069736f6d0000020069736f6d69736f32617663316d703431', 'hex');

let gateway: GatewayFixture;
let user: TestUser;
let photo: Buffer;

beforeAll(async () => {
  gateway = await startGateway({ UPLOAD_VIDEO_MAX_BYTES: String(12 * MIB) });
  user = await gateway.addUser();
  photo = await readFile(samplePath('rocket.jpg'));
});
afterAll(() => gateway.close());
beforeEach(() => gateway.backstage.reset());

const form = (bytes: Uint8Array, name = 'photo.jpg', field = 'file'): FormData => {
  const data = new FormData();
  data.append('note', 'a field before the file');
  data.append(field, new Blob([new Uint8Array(bytes)]), name);
  return data;
};
const upload = (body: FormData): Promise<Answer> =>
  call(gateway, '/api/v1/upload', user, { method: 'POST', body });
const stored = async (): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of gateway.store.list('')) keys.push(key);
  return keys;
};
const clean = async (): Promise<void> => {
  for (const key of await stored()) await gateway.store.remove(key);
};

describe('a file that is taken in', () => {
  afterEach(clean);

  it('is stored as it is under its own key, and known by what it is', async () => {
    const answer = await upload(form(photo, 'C:\\fakepath\\..\\my photo.txt'));
    expect(answer.status).toBe(201);
    const id = String(answer.body['asset_id']);
    expect(answer.body).toMatchObject({
      kind: 'image',
      content_type: 'image/jpeg',
      size_bytes: photo.length,
      sha256: createHash('sha256').update(photo).digest('hex'),
      file_name: 'my photo.txt',
      file_url: `https://video.example/api/v1/assets/${id}/file`,
    });
    expect(await stored()).toEqual([`uploads/${id}/original.jpg`]);
    expect(gateway.backstage.assets.get(id)).toMatchObject({
      ownerUserId: user.userId,
      accountId: user.accountId,
    });
  });

  it('may be a video of more than a picture may have', async () => {
    const answer = await upload(form(Buffer.concat([MP4_HEAD, randomBytes(11 * MIB)]), 'x.png'));
    expect(answer.body).toMatchObject({ kind: 'video', content_type: 'video/mp4' });
  });

  it('is registered once although the first answer was lost', async () => {
    let asked = 0;
    gateway.backstage.onRegister = () => {
      asked += 1;
      return asked === 1
        ? Promise.reject(new AppError('unavailable', 'lost', { outcome: 'unknown' }))
        : Promise.resolve();
    };
    expect((await upload(form(photo))).status).toBe(201);
    expect(await stored()).toHaveLength(1);
  });
});

describe('a file that is refused leaves nothing behind', () => {
  afterEach(async () => expect(await stored()).toEqual([]));
  const refused = async (answer: Promise<Answer>, expected: object): Promise<void> =>
    expect((await answer).body).toMatchObject(expected);

  it('a text file named .png', () =>
    refused(upload(form(Buffer.from('not a picture'), 'x.png')), problem(422, 'media_invalid', ['file'])));
  it('an SVG, which is no picture here', () =>
    refused(
      upload(form(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'x.svg')),
      problem(422, 'media_invalid', ['file']),
    ));
  it('an empty file', () => refused(upload(form(Buffer.alloc(0))), problem(422, 'media_invalid', ['file'])));
  it('a picture of 11 MB', () =>
    refused(upload(form(Buffer.concat([JPEG_HEAD, randomBytes(11 * MIB)]))), {
      ...problem(413, 'payload_too_large', ['file']),
      max_bytes: 10 * MIB,
    }));
  it('a video above its limit, announced or not', () =>
    refused(upload(form(Buffer.concat([MP4_HEAD, randomBytes(13 * MIB)]))), {
      ...problem(413, 'payload_too_large', ['file']),
      max_bytes: 12 * MIB,
    }));
  it('no file', () => refused(upload(new FormData()), problem(422, 'invalid_input', ['file'])));
  it('a file in another field', () =>
    refused(upload(form(photo, 'a.jpg', 'picture')), problem(422, 'invalid_input', ['file'])));
  it('no form at all', () =>
    refused(
      call(gateway, '/api/v1/upload', user, { json: { file: 'x' } }),
      problem(422, 'invalid_input', ['file']),
    ));

  it('what storage finds to be broken, in the words of storage', async () => {
    gateway.backstage.onRegister = () =>
      Promise.reject(new AppError('media_invalid', 'The picture ends before its end.'));
    await refused(upload(form(photo.subarray(0, 20_000))), {
      ...problem(422, 'media_invalid', ['file']),
      detail: 'The picture ends before its end.',
    });
  });

  it('what is uploaded while storage is refusing', async () => {
    gateway.backstage.onRegister = () =>
      Promise.reject(new AppError('unavailable', 'Not now.', { retryable: true }));
    await refused(upload(form(photo)), problem(503, 'unavailable'));
  });

  it('a form that ends before its end', async () => {
    const boundary = 'cut';
    const body = Buffer.concat([
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n`),
      photo.subarray(0, 50_000),
    ]);
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    await refused(
      call(gateway, '/api/v1/upload', user, { method: 'POST', body, headers }),
      problem(422, 'invalid_input', ['file']),
    );
  });

  it('a form without a boundary', () =>
    refused(
      call(gateway, '/api/v1/upload', user, {
        method: 'POST',
        body: 'nothing',
        headers: { 'content-type': 'multipart/form-data' },
      }),
      problem(422, 'invalid_input', ['file']),
    ));

  it('a form with very many fields before its file', async () => {
    const data = new FormData();
    for (let index = 0; index < 40; index += 1) data.append(`f${index}`, 'x');
    data.append('file', new Blob([new Uint8Array(photo)]), 'a.jpg');
    const answer = await upload(data);
    expect(answer.body).toMatchObject(problem(422, 'invalid_input', ['file']));
    expect(answer.body['detail']).toContain('30 parts');
  });

  it('a client that leaves in the middle', async () => {
    const put = jest.spyOn(gateway.store, 'put');
    const sending = httpRequest(`${gateway.url}/api/v1/upload`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${user.apiKey}`,
        'content-type': 'multipart/form-data; boundary=gone',
        'content-length': String(5 * MIB),
      },
    });
    sending.on('error', () => undefined);
    sending.write('--gone\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n');
    sending.write(Buffer.concat([JPEG_HEAD, randomBytes(MIB)]));
    await waitFor(() => put.mock.results.length > 0, { what: 'the bytes to flow into the store' });
    sending.destroy();
    await expect(put.mock.results[0]?.value).rejects.toThrow();
    put.mockRestore();
  });
});

it.each([
  ['both answers were lost', new AppError('unavailable', 'lost', { outcome: 'unknown' }), 503, 'unavailable'],
  [
    'one was lost and one a refusal',
    new AppError('media_invalid', 'No.', { outcome: 'refused' }),
    422,
    'media_invalid',
  ],
])('asks storage to remove what it may have registered, where %s', async (_, second, status, code) => {
  const removals: PayloadOf<typeof mediaDeleteV1>[] = [];
  const consumption = await gateway.bus.consume(
    mediaDeleteConsumer,
    async ({ payload }) => void removals.push(mediaDeleteV1.payload.parse(payload)),
    { concurrency: 1 },
  );
  const failures = [new AppError('unavailable', 'lost', { outcome: 'unknown' }), second];
  let assetId: string | undefined;
  gateway.backstage.onRegister = (request) => {
    assetId = request.assetId;
    return Promise.reject(failures.shift() ?? new Error('asked a third time'));
  };
  expect((await upload(form(photo))).body).toMatchObject(problem(status, code));
  const [removal] = await waitFor(() => removals.length > 0 && removals, { what: 'the removal' });
  const objectKeys = await stored();
  expect(objectKeys).toHaveLength(1);
  expect(removal).toMatchObject({ ownerUserId: user.userId, assetId, attemptId: null, objectKeys });
  await consumption.stop();
  await clean();
});
