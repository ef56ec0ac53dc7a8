import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { createLogger } from '@shotloom/service-kit';
import { documentedRoutes, pathOf, type DocumentedRoute } from './documented-routes';
import { LOGGER } from '../src/platform/parts';
import { EngineRoom } from './engine-room';
import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';
import { startMailSink, tokenIn, type MailSink } from './mail-sink';
import { addPerson, ORIGIN, SIGNING_KEY } from './sign-in-fixture';

/** Text that means something to SQL, to logs, to terminals, to mail and to HTTP, in every place that takes text. */
jest.setTimeout(120_000);

const HOSTILE = [
  "' OR '1'='1",
  "'; DROP TABLE identity.users; --",
  '\u0000',
  'a\u0000b',
  'line\r\nSet-Cookie: x=1\r\n\r\n{"level":"error","msg":"forged"}',
  '\u001b[31mred\u001b[0m\u009b2J',
  '../../etc/passwd',
  '%00%0d%0a',
  '{"$ne":null}',
  '\u202egnp.exe',
  'half \ud800 a pair',
  '-1',
  '1e400',
  '2026-99-99T99:99:99Z',
  'A'.repeat(3_000),
];

let gateway: GatewayFixture;
let sink: MailSink;
let routes: readonly DocumentedRoute[];
let admin: TestUser;
let log = '';
beforeAll(async () => {
  sink = await startMailSink();
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString('utf8');
      done();
    },
  });
  gateway = await startGateway(
    {
      AUTH_SIGNING_KEY: SIGNING_KEY,
      CREDENTIALS_KEY: randomBytes(32).toString('base64'),
      PROVIDERS_ENABLED: 'animatic,kling',
      STRANGER_REQUESTS_PER_SECOND: '10000',
      CORS_ORIGINS: 'https://partner.example',
      SMTP_URL: sink.url,
      MAIL_FROM: 'Shotloom <no-reply@video.example>',
    },
    { logger: createLogger({ service: 'gateway', destination }) },
  );
  new EngineRoom(gateway.backstage);
  await gateway.database.sql
    .updateTable('identity.plans')
    .set({ unlimited: true })
    .where('is_default', '=', true)
    .execute();
  routes = await documentedRoutes(gateway);
  admin = await gateway.addUser(['generate', 'read', 'admin'], 'admin');
});
afterAll(async () => {
  await gateway.close();
  await sink.close();
});

/** What is tried at a route, each with where the text is. */
type Try = [where: string, path: string, json: object | undefined];
const ids = (route: DocumentedRoute, text: string): string =>
  pathOf(route, Object.fromEntries(route.params.map((name) => [name, text])));
const ID = '019aa000-0000-7000-8000-000000000001';

function triesOf(route: DocumentedRoute, text: string): Try[] {
  const path = ids(route, ID);
  const { example, params, query } = route;
  const fields = Object.entries(example ?? {}).filter(([, value]) => typeof value === 'string');
  return [
    ...(params.length === 0 ? [] : ([['path', ids(route, text), example]] as Try[])),
    ...query.map((name): Try => [
      name,
      `${path}?${name}=${encodeURIComponent(text.toWellFormed())}`,
      example,
    ]),
    ...fields.map(([name]): Try => [name, path, { ...example, [name]: text }]),
  ];
}

it('is answered or refused in every path, query and body, and breaks nothing', async () => {
  const broken: string[] = [];
  let tried = 0;
  // A password costs a hash each time; its fields are tried in auth-people.int-spec.
  for (const route of routes.filter(({ path }) => !path.startsWith('/api/v1/auth/'))) {
    for (const text of HOSTILE) {
      const answers = triesOf(route, text).map(async ([where, path, json]) => {
        const { status, body } = await call(gateway, path, admin, {
          method: route.method,
          ...(json ? { json } : {}),
        });
        // Nobody is there who would answer for some of these: that is a 503, and never a failure of ours.
        if (status === 500 || body['code'] === 'internal')
          broken.push(`${route.id} ${where} ${JSON.stringify(text)}`);
      });
      await Promise.all(answers);
      tried += answers.length;
    }
  }
  expect(broken).toEqual([]);
  expect(tried).toBeGreaterThan(1_000);
  expect((await call(gateway, '/api/v1/me', admin)).status).toBe(200);
});

it('lists nothing more when it is a filter or a cursor', async () => {
  const lonely = await gateway.addUser(['generate', 'read', 'admin'], 'admin');
  for (const [path, name] of [
    ['/api/v1/admin/users', 'query'],
    ['/api/v1/admin/accounts', 'query'],
    ['/api/v1/admin/audit-log', 'target_id'],
    ['/api/v1/api-keys', 'cursor'],
    ['/api/v1/accounts', 'cursor'],
    ['/api/v1/credits/transactions', 'cursor'],
  ] as const) {
    for (const text of ["nobody' OR '1'='1", "%' OR 1=1 --", 'nobody%', '_'.repeat(36), '\\']) {
      const { status, body } = await call(
        gateway,
        `${path}?${name}=${encodeURIComponent(text.toWellFormed())}`,
        lonely,
      );
      if (status === 422) continue;
      expect([path, text, body['data']]).toEqual([path, text, []]);
    }
  }
});

describe('the log', () => {
  it('has one line of JSON for each entry, whatever was in it', async () => {
    for (const text of HOSTILE) {
      await call(gateway, `/api/v1/jobs/${encodeURIComponent(text.toWellFormed())}`, admin);
      gateway.app.get<{ warn(facts: object, words: string): void }>(LOGGER).warn({ text }, text);
    }
    const lines = log.split('\n').filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(500);
    for (const line of lines) {
      expect(() => JSON.parse(line) as unknown).not.toThrow();
      expect(JSON.parse(line)).toHaveProperty('service', 'gateway');
      // Not even what a terminal would obey in a line that is valid JSON.
      expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }
    expect(lines.filter((line) => (JSON.parse(line) as { msg: string }).msg === 'forged')).toEqual([]);
  });
});

describe('headers', () => {
  const raw = (lines: readonly string[], body = ''): Promise<string> => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`, 'latin1'));
    return new Promise((resolve) => socket.on('close', () => resolve(text)));
  };
  const FORGED = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-for': '203.0.113.7',
    'x-original-url': '/api/v1/admin/users',
    'x-rewrite-url': '/api/v1/admin/users',
    'x-http-method-override': 'DELETE',
    forwarded: 'host=evil.example;proto=http',
  };

  it('name no other host in what we send: links in mails, addresses in answers', async () => {
    await addPerson(gateway, 'host@example.com');
    const json = JSON.stringify({ email: 'host@example.com' });
    const head = [
      'POST /api/v1/auth/password/forgot HTTP/1.1',
      'Host: evil.example',
      ...Object.entries(FORGED).map(([name, value]) => `${name}: ${value}`),
      'Content-Type: application/json',
      `Content-Length: ${json.length}`,
      'Connection: close',
    ];
    const answer = await raw(head, json);
    expect(answer).toMatch(/^HTTP\/1\.1 202 /);
    const mail = await sink.mailTo('host@example.com');
    expect(mail.text).toContain(`${ORIGIN}/sign-in/reset#token=${tokenIn(mail)}`);
    expect(mail.text).not.toContain('evil');
  });

  it('open no other route, no other method and no other address', async () => {
    const user = await gateway.addUser();
    const { status, body, text } = await call(gateway, '/api/v1/me', user, { headers: FORGED });
    expect([status, body['user_id']]).toEqual([200, user.userId]);
    expect(text).not.toContain('evil');
    const line =
      log
        .split('\n')
        .filter((entry) => entry.includes('"/api/v1/me"'))
        .at(-1) ?? '{}';
    expect(JSON.parse(line)).toMatchObject({ remote: '127.0.0.1', method: 'GET' });
  });

  it.each([
    ['too large', `X-Large: ${'a'.repeat(40_000)}`, 431],
    ['too many', Array.from({ length: 3_000 }, (_, index) => `X-${index}: a`).join('\r\n'), 431],
    ['folded', 'X-Folded: a\r\n b', 400],
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2', 400],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked', 400],
    ['a bare line feed', 'X-A: b\nX-C: d', 400],
  ])('are refused where they are %s', async (_, header, status) => {
    const answer = await raw(['GET /api/v1/health HTTP/1.1', 'Host: x', header, 'Connection: close']);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it('cannot be made to add another: what comes back from a request is clean', async () => {
    const answer = await raw([
      'GET /api/v1/jobs/a%0d%0aSet-Cookie:%20x=1?cursor=%0d%0aX-Injected:%201 HTTP/1.1',
      'Host: x',
      'X-Request-Id: a%0d%0aX-Injected: 1',
      'Connection: close',
    ]);
    expect(answer).not.toMatch(/^(set-cookie|x-injected):/im);
  });

  it.each(['null', 'https://evil.example', 'https://partner.example.evil.example', 'http://partner.example'])(
    'give the origin %s nothing to read',
    async (origin) => {
      const preflight = await call(gateway, '/api/v1/me', null, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PATCH',
          'access-control-request-headers': 'x-shotloom-csrf',
        },
      });
      const read = await call(gateway, '/api/v1/me', admin, { headers: { origin } });
      for (const { headers } of [preflight, read]) {
        expect(headers.get('access-control-allow-origin')).not.toBe(origin);
        expect(headers.get('access-control-allow-origin')).not.toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    },
  );

  it.each(['PUT', 'PATCH', 'DELETE'])('let a named origin ask for %s', async (method) => {
    const origin = 'https://partner.example';
    const { headers } = await call(gateway, '/api/v1/me', null, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method },
    });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
  });
});

describe('an invitation', () => {
  it('is no way to fill somebody’s mailbox, and a name in it is only a name', async () => {
    const boss = await gateway.addUser(['generate', 'read', 'admin'], 'operator');
    const make = (name: string) => call(gateway, '/api/v1/accounts', boss, { json: { name } });
    for (const name of ['Film\r\nBcc: all@example.com', 'a\u0000', '\u001b[2J', '']) {
      expect((await make(name)).body).toMatchObject(problem(422, 'invalid_input', ['name']));
    }
    const account = String((await make('Films')).body['id']);
    const path = `/api/v1/accounts/${account}/invitations`;
    const statuses: number[] = [];
    for (let times = 0; times < 7; times += 1) {
      statuses.push((await call(gateway, path, boss, { json: { email: 'bombed@example.com' } })).status);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 429, 429]);
  });

  it('says nothing of whether its address is known', async () => {
    await addPerson(gateway, 'known@example.com');
    const boss = await gateway.addUser(['generate', 'read', 'admin'], 'operator');
    const account = String(
      (await call(gateway, '/api/v1/accounts', boss, { json: { name: 'Films' } })).body['id'],
    );
    const invite = async (email: string) => {
      const { status, body } = await call(gateway, `/api/v1/accounts/${account}/invitations`, boss, {
        json: { email },
      });
      return { status, fields: Object.keys(body), role: body['role'] };
    };
    expect(await invite('known@example.com')).toEqual(await invite('unknown@example.com'));
  });
});
