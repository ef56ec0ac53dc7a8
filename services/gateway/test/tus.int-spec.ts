import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Upload } from 'tus-js-client';
import { newId } from '@shotloom/kernel';
import { Line, waitFor } from '@shotloom/testing';
import { call, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const PATH = '/api/v1/uploads/tus';
const FILM = randomBytes(30 * MIB);
const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

let gateway: GatewayFixture;
let user: TestUser;
let line: Line;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
  line = await Line.to(gateway.url);
});
afterAll(async () => {
  await line.close();
  await gateway.close();
});

interface Sent {
  readonly id: string;
  readonly offsets: readonly number[];
}

/** By the client that everybody uses. */
function send(body: Buffer, by = user): Promise<Sent> {
  const offsets: number[] = [];
  return new Promise((resolve, reject) => {
    const upload = new Upload(body, {
      endpoint: line.url + PATH,
      headers: { authorization: `Bearer ${by.apiKey}` },
      metadata: { filename: 'film.mp4', filetype: 'video/mp4', sha256: sha256(body) },
      retryDelays: [0, 50, 100, 200, 400],
      onAfterResponse: (_request, response) => {
        const offset = response.getHeader('upload-offset');
        if (offset !== undefined) offsets.push(Number(offset));
      },
      onError: reject,
      onSuccess: () => resolve({ id: upload.url?.split('/').at(-1) ?? '', offsets }),
    });
    upload.start();
  });
}

/** What arrived, put together as storage does. */
async function arrived(id: string): Promise<Buffer> {
  const parts: { from: number; bytes: Buffer }[] = [];
  for await (const { key } of gateway.store.list(`incoming/${id}/`)) {
    const { body } = await gateway.store.get(key);
    const bytes = Buffer.concat((await Readable.from(body).toArray()) as Buffer[]);
    parts.push({ from: Number(key.split('/').at(-1)?.split('-')[0]), bytes });
  }
  return Buffer.concat(parts.toSorted((a, b) => a.from - b.from).map(({ bytes }) => bytes));
}

it('takes a film whole, in pieces of some MiB, and makes it an asset', async () => {
  const { id } = await send(FILM);
  expect(sha256(await arrived(id))).toBe(sha256(FILM));
  expect((await call(gateway, `/api/v1/uploads/${id}`, user)).body).toMatchObject({
    way: 'resumable',
    state: 'completed',
    received_bytes: FILM.length,
    upload: { asset_id: id },
  });
  expect(gateway.backstage.uploads.opened.at(-1)).toMatchObject({
    sizeBytes: FILM.length,
    fileName: 'film.mp4',
    sha256: sha256(FILM),
  });
});

it('goes on from where the connection was cut', async () => {
  line.cutAfter = 20 * MIB;
  const { id, offsets } = await send(FILM);
  expect(line.cuts).toBe(1);
  // More than nothing was kept of the request that was cut, and less than all.
  expect(offsets.some((offset) => offset > 0 && offset < FILM.length)).toBe(true);
  expect(sha256(await arrived(id))).toBe(sha256(FILM));
});

describe('every request of the protocol', () => {
  const ask = (method: string, path: string, by: TestUser | null, more: RequestInit = {}) =>
    call(gateway, path, by, {
      method,
      ...more,
      headers: { 'tus-resumable': '1.0.0', ...(more.headers as Record<string, string>) },
    });
  const open = async (by = user): Promise<string> => {
    const answer = await ask('POST', PATH, by, { headers: { 'upload-length': '10' } });
    expect(answer.status).toBe(201);
    return answer.headers.get('location') ?? '';
  };
  /** A refusal has no body here, whatever its headers say. */
  const headOf = async (path: string, by: TestUser | null): Promise<number> => {
    const headers = by ? { authorization: `Bearer ${by.apiKey}` } : {};
    return (await fetch(gateway.url + path, { method: 'HEAD', headers })).status;
  };
  const patch = (path: string, by: TestUser | null, offset = 0, body = '12345') =>
    ask('PATCH', path, by, {
      body,
      headers: { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
    });

  it('needs a credential, with the scope to upload', async () => {
    const path = await open();
    const reader = await gateway.addUser(['read']);
    for (const [who, status] of [
      [null, 401],
      [reader, 403],
    ] as const) {
      expect((await ask('POST', PATH, who, { headers: { 'upload-length': '10' } })).status).toBe(status);
      expect(await headOf(path, who)).toBe(status);
      expect((await patch(path, who)).status).toBe(status);
      expect((await ask('DELETE', path, who)).status).toBe(status);
    }
  });

  it('is for the owner: a stranger cannot even tell whether it is there', async () => {
    const path = await open();
    const stranger = await gateway.addUser();
    for (const target of [path, `${PATH}/${newId()}`, `${PATH}/no-id`]) {
      expect((await ask('HEAD', target, stranger)).status).toBe(404);
      expect((await patch(target, stranger)).status).toBe(404);
      expect((await ask('DELETE', target, stranger)).status).toBe(404);
    }
    expect((await ask('HEAD', path, user)).headers.get('upload-offset')).toBe('0');
  });

  it('writes at the offset of the upload only, once, and no more than was announced', async () => {
    const path = await open();
    expect((await patch(path, user, 3)).status).toBe(409);
    const both = await Promise.all([patch(path, user), patch(path, user)]);
    expect(both.filter(({ status }) => status === 204).length).toBe(1);
    expect((await ask('HEAD', path, user)).headers.get('upload-offset')).toBe('5');
    expect((await patch(path, user, 5, '67890 and more')).status).toBe(413);
    const id = path.split('/').at(-1) ?? '';
    expect((await arrived(id)).toString()).toBe('12345');
  });

  it('answers in problem details, and refuses an upload of nothing', async () => {
    const answer = await ask('POST', PATH, user, { headers: { 'upload-length': '0' } });
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('invalid_input')]);
  });

  it('ends with a deletion', async () => {
    const path = await open();
    expect((await ask('DELETE', path, user)).status).toBe(204);
    await waitFor(async () => (await ask('HEAD', path, user)).status === 404, { what: 'the end' });
  });
});
