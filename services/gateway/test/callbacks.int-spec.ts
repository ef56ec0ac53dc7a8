import { request as httpRequest } from 'node:http';
import { providerCallbackRpc, type RpcRequest, type RpcResponse } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { callbackUrl } from '@shotloom/service-kit';
import { waitFor } from '@shotloom/testing';
import { call, problem, startGateway, type Answer, type GatewayFixture } from './gateway-fixture';

jest.setTimeout(30_000);

const SECRET = 'a secret of at least thirty-two characters';
type Callback = RpcRequest<ReturnType<typeof providerCallbackRpc>>;
type Verdict = RpcResponse<ReturnType<typeof providerCallbackRpc>>;

let gateway: GatewayFixture;
const seen: Callback[] = [];
let worker: (callback: Callback) => Promise<Verdict>;

beforeAll(async () => {
  gateway = await startGateway({ CALLBACK_SECRET: SECRET, BODY_SECONDS: '2' });
  gateway.backstage.bus.respond(providerCallbackRpc('kling'), async (callback) => {
    seen.push(callback);
    return worker(callback);
  });
  // Answered subjects are known to the server before the first callback comes.
  await gateway.backstage.bus.ping();
});
afterAll(() => gateway.close());
beforeEach(() => {
  seen.length = 0;
  worker = () => Promise.resolve({ verdict: 'taken', reason: 'acted upon' });
});

/** The path of an address, as it is asked of the gateway wherever that listens. */
const pathOf = (attemptId: string, provider = 'kling', secret = SECRET): string => {
  const { pathname, search } = new URL(callbackUrl('https://video.example', secret, provider, attemptId));
  return pathname + search;
};
const post = (path: string, init: RequestInit = {}): Promise<Answer> =>
  call(gateway, path, null, {
    method: 'POST',
    body: '{"task_status": "succeed"}',
    headers: { 'content-type': 'application/json' },
    ...init,
  });

describe('a callback at an address of ours', () => {
  it('reaches the workers byte by byte, with the headers that may be signed', async () => {
    const attemptId = newId();
    const body = Buffer.from('{ "a":1,\r\n "é": "\\u00e9", "a": 2}\u0000');
    const headers = {
      'content-type': 'application/json; charset=utf-8',
      'Webhook-Id': 'msg_1',
      'X-Signature': 'abc',
      authorization: 'Bearer something',
      'x-forwarded-for': '10.0.0.1',
    };
    const answer = await post(pathOf(attemptId), { body, headers });
    expect(answer).toMatchObject({ status: 200, body: {} });
    expect(seen).toEqual([
      {
        attemptId,
        rawBody: body.toString('base64'),
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'webhook-id': 'msg_1',
          'x-signature': 'abc',
        },
      },
    ]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'image/png', ''])(
    'may be of any type: %j',
    async (type) => {
      const path = pathOf(newId());
      const status = await new Promise((resolve, reject) => {
        const sent = httpRequest(gateway.url + path, {
          method: 'POST',
          headers: { 'content-length': 3, ...(type === '' ? {} : { 'content-type': type }) },
        });
        sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
        sent.end('a=b');
      });
      expect(status).toBe(200);
      expect(seen).toMatchObject([{ rawBody: Buffer.from('a=b').toString('base64') }]);
    },
  );

  it('may be empty', async () => {
    expect((await call(gateway, pathOf(newId()), null, { method: 'POST' })).status).toBe(200);
    expect(seen).toMatchObject([{ rawBody: '' }]);
  });

  it.each([
    ['refused', 403, 'forbidden'],
    ['unknown', 410, 'not_found'],
  ] as const)('that the worker calls %s is answered %i', async (verdict, status, code) => {
    worker = () => Promise.resolve({ verdict, reason: 'for our log only' });
    const answer = await post(pathOf(newId()));
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(problem(status, code));
    expect(answer.text).not.toContain('for our log only');
  });

  it('is to be sent again where its worker fails or there is none', async () => {
    worker = () => Promise.reject(new AppError('internal', 'the worker is broken'));
    for (const path of [pathOf(newId()), pathOf(newId(), 'hailuo')]) {
      const answer = await post(path);
      expect(answer.body).toMatchObject(problem(503, 'unavailable'));
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.text).not.toContain('broken');
    }
  });

  it('says what the worker wants the vendor to read', async () => {
    worker = () => Promise.resolve({ verdict: 'taken', reason: '', reply: { challenge: 'abc' } });
    expect((await post(pathOf(newId()))).body).toEqual({ challenge: 'abc' });
  });

  it('is counted', async () => {
    await post(pathOf(newId()));
    expect(await gateway.metrics.metrics()).toMatch(
      /shotloom_callbacks_total{provider="kling",verdict="taken"/,
    );
  });
});

describe('what is refused before anybody is asked', () => {
  afterEach(() => expect(seen).toEqual([]));
  const refused = async (path: string): Promise<void> => {
    const answer = await post(path);
    expect(answer.body).toMatchObject(problem(403, 'forbidden'));
  };

  it('an address that was not made here', async () => {
    const good = pathOf(newId());
    await refused(pathOf(newId(), 'kling', 'another secret of thirty-two characters'));
    await refused(`${good.slice(0, -1)}${good.endsWith('A') ? 'B' : 'A'}`);
    await refused(good.slice(0, -1));
    await refused(`${good}&sig=x`);
    await refused('/webhooks/kling');
    await refused(`/webhooks/kling?attempt=${newId()}`);
  });

  it("another attempt's signature, and another provider's", async () => {
    const { searchParams } = new URL(pathOf(newId()), gateway.url);
    await refused(`/webhooks/kling?attempt=${newId()}&sig=${searchParams.get('sig')}`);
    await refused(pathOf(newId()).replace('/kling', '/hailuo'));
  });

  it('a provider that would be another subject on the bus, although it is signed', async () => {
    await refused(pathOf(newId(), 'kling.callback'));
    await refused(pathOf(newId(), '>'));
  });

  it('a forged one before its body has come', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = httpRequest(`${gateway.url}/webhooks/kling?attempt=x&sig=y`, {
        method: 'POST',
        headers: { 'content-length': '1000000', 'content-type': 'application/json' },
      });
      sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
      sent.write('{');
    });
    expect(status).toBe(403);
  });

  it('a body that is too large', async () => {
    const answer = await post(pathOf(newId()), { body: Buffer.alloc(256 * 1024 + 1, 'a') });
    expect(answer.body).toMatchObject({ ...problem(413, 'payload_too_large'), max_bytes: 262_144 });
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s', async (method) => {
    expect((await call(gateway, pathOf(newId()), null, { method })).body).toMatchObject(
      problem(404, 'not_found'),
    );
  });
});

it('takes the largest body that is allowed', async () => {
  const body = Buffer.alloc(256 * 1024, 'a');
  expect((await post(pathOf(newId()), { body })).status).toBe(200);
  expect(Buffer.from(seen[0]?.rawBody ?? '', 'base64').equals(body)).toBe(true);
});

it('keeps no more than 64 waiting, and takes others as soon as those are done', async () => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  worker = async () => {
    await released;
    return { verdict: 'taken', reason: '' };
  };
  const waiting = Array.from({ length: 64 }, () => post(pathOf(newId())));
  await waitFor(() => seen.length === 64, { what: 'all of them to reach the worker' });
  const answer = await post(pathOf(newId()));
  expect(answer.body).toMatchObject(problem(503, 'unavailable'));
  expect(answer.headers.get('retry-after')).toBe('5');
  release();
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(Array(64).fill(200));
  await waitFor(async () => (await post(pathOf(newId()))).status === 200, { what: 'room for another' });
});

it('refuses everything where no secret is configured', async () => {
  const without = await startGateway();
  try {
    const answer = await call(without, pathOf(newId()), null, { method: 'POST', body: '{}' });
    expect(answer.body).toMatchObject(problem(403, 'forbidden'));
  } finally {
    await without.close();
  }
});
