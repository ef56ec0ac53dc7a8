import { getJobRpc, verifyCredentialRpc } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { ADMIN_ROUTES } from './admin-routes';
import { PUBLIC_OPERATIONS } from '../src/docs/openapi-document';
import { PLANNED_ROUTES } from '../src/planned/planned-routes';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  // Some hundred refusals in a few seconds are no flood here; what a flood meets has a test of its own.
  gateway = await startGateway({ STRANGER_REQUESTS_PER_SECOND: '1000' });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const routes: [string, string][] = [
  ['POST', '/api/v1/upload'],
  ['POST', '/api/v1/uploads'],
  ['POST', '/api/v1/uploads/import'],
  ['GET', '/api/v1/uploads/x'],
  ['POST', '/api/v1/uploads/x/complete'],
  ['DELETE', '/api/v1/uploads/x'],
  ['GET', '/api/v1/storage'],
  ['POST', '/api/v1/generate/image-to-video'],
  ['POST', '/api/v1/generate/text-to-video'],
  ['POST', '/api/v1/generate/video-to-anime'],
  ['POST', '/api/v1/videos/generate'],
  ['GET', '/api/v1/videos'],
  ['GET', '/api/v1/videos/x'],
  ['GET', '/uploads/videos/n'],
  ['POST', '/v1/turbodiffusion/wan22-i2v/jobs'],
  ['GET', '/v1/turbodiffusion/jobs/x'],
  ['POST', '/api/v1/jobs'],
  ['GET', '/paths'],
  ['GET', '/api/yunwu/config'],
  ['POST', '/api/yunwu/config'],
  ['POST', '/api/yunwu/test-connection'],
  ...PLANNED_ROUTES.map(({ method, path }): [string, string] => [method, path.replace(':id', 'x')]),
  ['POST', '/api/yunwu/tasks'],
  ['GET', '/api/v1/jobs/export'],
  ['POST', '/api/yunwu/tasks/run-concurrent'],
  ['GET', '/api/yunwu/progress'],
  ['POST', '/v1/videos'],
  ['GET', '/v1/videos'],
  ['GET', '/v1/videos/x'],
  ['DELETE', '/v1/videos/x'],
  ['GET', '/v1/videos/x/content'],
  ['POST', '/v1/videos/x/remix'],
  ['GET', '/v1/models'],
  ['GET', '/v1/models/x'],
  ['GET', '/api/v1/jobs'],
  ['GET', '/api/v1/jobs/x'],
  ['DELETE', '/api/v1/jobs/x'],
  ['POST', '/api/v1/jobs/x/cancel'],
  ['POST', '/api/v1/jobs/x/retry'],
  ['POST', '/api/v1/jobs/stop-all'],
  ['GET', '/api/v1/jobs/x/log'],
  ['GET', '/api/v1/log'],
  ['POST', '/api/v1/batches'],
  ['POST', '/api/v1/prompts/enhance'],
  ['POST', '/api/v1/batches/quote'],
  ['GET', '/api/v1/batches'],
  ['GET', '/api/v1/batches/x'],
  ['POST', '/api/v1/batches/x/cancel'],
  ['GET', '/api/v1/jobs/x/video'],
  ['GET', '/api/v1/jobs/x/links'],
  ['GET', '/api/v1/jobs/x/share'],
  ['POST', '/api/v1/jobs/x/share'],
  ['DELETE', '/api/v1/jobs/x/share'],
  ['GET', '/api/v1/shares'],
  ['GET', '/api/v1/gallery'],
  ['PUT', '/api/v1/gallery/x/like'],
  ['DELETE', '/api/v1/gallery/x/like'],
  ['POST', '/api/v1/gallery/x/report'],
  ['GET', '/api/v1/gallery/019aa000-0000-7000-8000-000000000020/comments'],
  ['POST', '/api/v1/gallery/x/comments'],
  ['DELETE', '/api/v1/comments/x'],
  ['POST', '/api/v1/comments/x/report'],
  ['GET', '/api/v1/jobs/x/thumbnail'],
  ['GET', '/api/v1/jobs/x/preview'],
  ['GET', '/api/v1/jobs/x/spritesheet'],
  ['GET', '/api/v1/jobs/x/spritesheet.vtt'],
  ['GET', '/api/v1/assets/x/file'],
  ['GET', '/api/v1/assets'],
  ['GET', '/api/v1/assets/x'],
  ['DELETE', '/api/v1/assets/x'],
  ['GET', '/api/v1/models'],
  ['GET', '/api/v1/models/animatic:animatic-1'],
  ['GET', '/api/v1/style-presets'],
  ['GET', '/api/v1/me'],
  ['GET', '/api/v1/credits'],
  ['GET', '/api/v1/credits/transactions'],
  ['POST', '/api/v1/quote'],
  ['GET', '/api/v1/accounts'],
  ['POST', '/api/v1/accounts'],
  ['GET', '/api/v1/accounts/x'],
  ['PATCH', '/api/v1/accounts/x'],
  ['POST', '/api/v1/accounts/x/activate'],
  ['POST', '/api/v1/accounts/x/leave'],
  ['GET', '/api/v1/accounts/x/members'],
  ['PATCH', '/api/v1/accounts/x/members/u'],
  ['DELETE', '/api/v1/accounts/x/members/u'],
  ['GET', '/api/v1/accounts/x/invitations'],
  ['POST', '/api/v1/accounts/x/invitations'],
  ['DELETE', '/api/v1/accounts/x/invitations/i'],
  ['POST', '/api/v1/invitations/accept'],
  ['POST', '/api/v1/tickets'],
  ['GET', '/api/v1/billing'],
  ['GET', '/api/v1/billing/plans'],
  ['POST', '/api/v1/billing/checkout'],
  ['GET', '/api/v1/billing/checkouts/x'],
  ['POST', '/api/v1/billing/portal'],
  ['GET', '/api/v1/providers'],
  ['GET', '/api/v1/providers/x/config'],
  ['PUT', '/api/v1/providers/x/config'],
  ['DELETE', '/api/v1/providers/x/config'],
  ['POST', '/api/v1/providers/x/test-connection'],
  ['GET', '/api/v1/providers/x/balance'],
  ...ADMIN_ROUTES.map(([method, path]): [string, string] => [method, path]),
  ['PATCH', '/api/v1/me'],
  ['GET', '/api/v1/me/sign-in-ways'],
  ['GET', '/api/v1/sessions'],
  ['DELETE', '/api/v1/sessions/x'],
  ['POST', '/api/v1/auth/logout-all'],
  ['GET', '/api/v1/api-keys'],
  ['POST', '/api/v1/api-keys'],
  ['POST', '/api/v1/api-keys/x/rotate'],
  ['DELETE', '/api/v1/api-keys/x'],
  ['GET', '/api/v1/webhooks'],
  ['POST', '/api/v1/webhooks'],
  ['GET', '/api/v1/webhooks/signing-secret'],
  ['POST', '/api/v1/webhooks/signing-secret/rotate'],
  ['GET', '/api/v1/webhooks/x'],
  ['PATCH', '/api/v1/webhooks/x'],
  ['DELETE', '/api/v1/webhooks/x'],
  ['POST', '/api/v1/webhooks/x/rotate-secret'],
  ['POST', '/api/v1/webhooks/x/test'],
  ['POST', '/api/v1/webhooks/x/enable'],
  ['GET', '/api/v1/webhooks/x/deliveries'],
  ['POST', '/api/v1/webhooks/x/deliveries/d/redeliver'],
  ['POST', '/api/v1/webhooks/x/redeliver-failed'],
];

describe('without a valid key', () => {
  it.each(routes)('%s %s is refused, with no key and with a wrong one', async (method, path) => {
    const wrong = { apiKey: `sl_0123456789abcdef_${'A'.repeat(43)}` };
    for (const key of [null, wrong, { apiKey: 'nonsense' }]) {
      const answer = await call(gateway, path, key, { method });
      const openAi = /^\/v1\/(videos|models)/.test(path);
      const refusal = openAi ? { error: { code: 'invalid_api_key' } } : problem(401, 'unauthorized');
      expect(answer.body).toMatchObject(refusal);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('content-type')).toContain(
        openAi ? 'application/json' : 'application/problem+json',
      );
      expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    }
  });

  it.each(['/api/v1/health', '/health', '/openapi.json', '/docs', '/redoc', '/config.json'])(
    '%s is open',
    async (path) => {
      expect((await call(gateway, path, null)).status).toBe(200);
    },
  );

  it('knows every route of the API: a new one is refused too', async () => {
    const { body } = await call(gateway, '/openapi.json', null);
    const paths = body['paths'] as Record<string, Record<string, { operationId: string }>>;
    const documented = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, { operationId }]) => !PUBLIC_OPERATIONS.has(operationId))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    const tested = routes.map(
      ([method, path]) =>
        `${method} ${path
          .replace(/\/x(?=\/|$)/, '/{id}')
          .replace('animatic:animatic-1', '{id}')
          .replace('019aa000-0000-7000-8000-000000000020', '{id}')
          .replace(/\/kling(?=\/|$)/, '/{provider}')
          .replace(/\/7(?=\/|$)/, '/{seq}')
          .replace(/\/n$/, '/{name}')
          .replace(/\/d(?=\/|$)/, '/{deliveryId}')
          .replace(/\/u$/, '/{userId}')
          .replace(/\/i$/, '/{invitationId}')}`,
    );
    // Events are notifier's: it asks for the credential itself, and its own tests look at that.
    const ours = documented.filter((route) => route !== 'GET /api/v1/events');
    expect(ours.sort()).toEqual([...tested].sort());
  });
});

it('looks after what it needs once, however many strangers ask how it is', async () => {
  let looks = 0;
  gateway.health.add('counted', () => {
    looks += 1;
    return Promise.resolve();
  });
  // An answer from before the check was there may still be recent.
  const counted = (): Promise<Answer> => call(gateway, '/api/v1/health', null);
  await waitFor(async () => 'counted' in ((await counted()).body['checks'] as object), { what: 'the check' });
  const before = performance.now();
  const answers = await Promise.all(Array.from({ length: 40 }, counted));
  expect(answers.every(({ status }) => status === 200)).toBe(true);
  expect(looks).toBeLessThanOrEqual(2 + Math.floor((performance.now() - before) / 1_000));
});

describe('scopes', () => {
  it('lets a reader read, and not make or cancel', async () => {
    const reader = await gateway.addUser(['read']);
    expect((await call(gateway, '/api/v1/jobs', reader)).status).toBe(200);
    for (const path of [
      '/api/v1/upload',
      '/api/v1/generate/text-to-video',
      '/api/v1/jobs/x/cancel',
      '/api/v1/jobs/x/retry',
      '/api/v1/jobs/stop-all',
    ]) {
      const answer = await call(gateway, path, reader, { json: { prompt: 'a' } });
      expect(answer.body).toMatchObject(problem(403, 'forbidden'));
    }
    expect((await call(gateway, '/api/v1/jobs/x', reader, { method: 'DELETE' })).status).toBe(403);
  });

  it('does not let a maker read', async () => {
    const maker = await gateway.addUser(['generate']);
    expect((await call(gateway, '/api/v1/me', maker)).status).toBe(403);
  });
});

describe('who is asking', () => {
  it('takes the key as X-API-Key too', async () => {
    const { status, body } = await call(gateway, '/api/v1/me', null, {
      headers: { 'x-api-key': user.apiKey },
    });
    expect(status).toBe(200);
    expect(body).toEqual({
      user_id: user.userId,
      account_id: user.accountId,
      scopes: ['generate', 'read'],
      role: 'user',
      method: 'api_key',
      plan_id: 'standard',
      display_name: 'Test',
      email_verified: false,
      email: expect.stringMatching(/@test\.local$/) as string,
      credits: { available: 0, held: 0 },
    });
  });

  it('tells other services over the bus, and redeems a ticket there once', async () => {
    const ask = (kind: 'api_key' | 'ticket', value: string): Promise<unknown> =>
      gateway.bus.request(verifyCredentialRpc, { kind, value });
    expect(await ask('api_key', user.apiKey)).toMatchObject({ principal: { userId: user.userId } });
    expect(await ask('api_key', 'nonsense')).toEqual({ principal: null });
    const { body } = await call(gateway, '/api/v1/tickets', user, { method: 'POST' });
    const ticket = String(body['ticket']);
    expect(await ask('ticket', ticket)).toMatchObject({
      principal: { userId: user.userId, scopes: ['read'] },
    });
    expect(await ask('ticket', ticket)).toEqual({ principal: null });
  });
});

describe('requests that are no requests', () => {
  const path = '/api/v1/generate/text-to-video';
  const send = (body: string, type = 'application/json'): ReturnType<typeof call> =>
    call(gateway, path, user, { method: 'POST', body, headers: { 'content-type': type } });

  it('refuses a body that is not JSON', async () => {
    expect((await send('{"prompt": ')).body).toMatchObject(problem(400, 'invalid_input'));
  });
  it('refuses a body of another type', async () => {
    expect((await send('prompt=a', 'application/x-www-form-urlencoded')).body).toMatchObject(
      problem(415, 'invalid_input'),
    );
    expect((await send('prompt', 'text/plain')).status).toBe(415);
  });
  it('refuses 10 MB of JSON', async () => {
    const answer = await send(JSON.stringify({ prompt: 'x'.repeat(10_000_000) }));
    expect(answer.body).toMatchObject({ ...problem(413, 'payload_too_large'), max_bytes: 262_144 });
  });
  it('refuses a prototype in disguise', async () => {
    expect((await send('{"prompt":"a","__proto__":{"x":1}}')).status).toBe(400);
  });
  it('answers an unknown route with a problem', async () => {
    const answer = await call(gateway, '/api/v1/nothing', user);
    expect(answer.body).toMatchObject(problem(404, 'not_found'));
    expect((await call(gateway, '/api/v1/%', user)).body).toMatchObject(problem(400, 'invalid_input'));
  });
});

describe('every answer', () => {
  it('has a request id, the caller’s where it is harmless', async () => {
    const given = await call(gateway, '/api/v1/health', null, { headers: { 'x-request-id': 'trace-1' } });
    expect(given.headers.get('x-request-id')).toBe('trace-1');
    const forged = await call(gateway, '/api/v1/health', null, { headers: { 'x-request-id': 'a b"c' } });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('tells browsers to be strict, and lets no other site in', async () => {
    const { headers } = await call(gateway, '/api/v1/health', null, {
      headers: { origin: 'https://evil.example' },
    });
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).toContain("media-src 'self' blob: http://127.0.0.1:3000");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('is measured by its route, never by its address', async () => {
    await call(gateway, '/api/v1/jobs/some-id', user);
    const text = await gateway.metrics.metrics();
    expect(text).toMatch(/request_seconds_count{[^}]*route="\/api\/v1\/jobs\/:id",method="GET",status="404"/);
    expect(text).not.toContain('some-id');
  });

  it('hides what failed inside, and gives an id to find it by', async () => {
    const backstage = gateway.backstage as unknown as { ownJob: () => never };
    const kept = backstage.ownJob;
    backstage.ownJob = () => {
      throw new Error('the password is hunter2');
    };
    try {
      const id = '019aa000-0000-7000-8000-000000000001';
      await expect(gateway.bus.request(getJobRpc, { userId: user.userId, jobId: id })).rejects.toThrow();
      const answer = await call(gateway, `/api/v1/jobs/${id}`, user);
      expect(answer.body).toMatchObject({
        ...problem(500, 'internal'),
        error_id: expect.any(String) as string,
      });
      expect(answer.text).not.toContain('hunter2');
    } finally {
      backstage.ownJob = kept;
    }
  });
});
