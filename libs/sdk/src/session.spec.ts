import { ShotloomClient } from '.';
import { sendJson, sendProblem, TestGateway, type Answer } from '../test/test-gateway';

let gateway: TestGateway;
/** What the server would take now, as if it were the access cookie that the browser holds. */
let fresh: boolean;
let sessionLives: boolean;
let signedOut: number;

const me = { user_id: 'u', account_id: 'a' };
const guarded: Answer = (_seen, response) =>
  fresh ? sendJson(response, me) : sendProblem(response, 401, 'unauthorized', 'Refresh it, or sign in.');

beforeEach(async () => {
  [fresh, sessionLives, signedOut] = [false, true, 0];
  gateway = await new TestGateway().start();
  gateway.on('GET /api/v1/me', guarded).on('POST /api/v1/api-keys', guarded);
  gateway.on('POST /api/v1/auth/refresh', (_seen, response) => {
    fresh = sessionLives;
    if (sessionLives) return sendJson(response, me);
    sendProblem(response, 401, 'unauthorized', 'This session has ended; sign in again.');
  });
});
afterEach(() => gateway.stop());

const client = () =>
  new ShotloomClient({
    baseUrl: gateway.url,
    session: 'cookie',
    onSignedOut: () => (signedOut += 1),
    backoff: { baseMs: 1, maxMs: 2 },
  });

it('sends no key, and the header that only a page of ours can send', async () => {
  fresh = true;
  await client().me();
  expect(gateway.seen[0]?.headers).toMatchObject({ 'x-shotloom-csrf': '1' });
  expect(gateway.seen[0]?.headers.authorization).toBeUndefined();
});

it('renews a session once for all calls that meet its end together, changes too', async () => {
  const page = client();
  const calls = [page.me(), page.me(), page.apiKeys.create({ name: 'a' }), page.me()];
  await expect(Promise.all(calls)).resolves.toHaveLength(4);
  expect(gateway.asked('POST /api/v1/auth/refresh')).toHaveLength(1);
  expect(signedOut).toBe(0);
  const [refused, done] = gateway.asked('POST /api/v1/api-keys');
  expect(done?.headers['idempotency-key']).toBe(refused?.headers['idempotency-key']);
});

it('asks for no other renewal for a call that was refused before the last one', async () => {
  const page = client();
  let answerLate: () => void = () => undefined;
  const slow = new Promise<void>((resolve) => {
    gateway.on('GET /api/v1/models', (seen, response) => {
      if (gateway.asked('GET /api/v1/models').length > 1) return sendJson(response, { data: [] });
      answerLate = () => guarded(seen, response);
      resolve();
    });
  });
  const models = page.models();
  await slow;
  await page.me();
  // The server refused this one before the renewal; the answer comes after it.
  fresh = false;
  answerLate();
  fresh = true;
  await expect(models).resolves.toEqual([]);
  expect(gateway.asked('POST /api/v1/auth/refresh')).toHaveLength(1);
});

it('says once that nobody is signed in any more, and gives the refusals back', async () => {
  sessionLives = false;
  const page = client();
  const results = await Promise.allSettled([page.me(), page.me(), page.me()]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  await expect(page.me()).rejects.toMatchObject({ code: 'unauthorized' });
  expect(signedOut).toBe(2);
});

it('takes a server that is away for what it is, and not for the end of the session', async () => {
  gateway.on('POST /api/v1/auth/refresh', (_seen, response) => void response.socket?.destroy());
  await expect(client().me()).rejects.toMatchObject({ code: 'network_error' });
  expect(gateway.asked('POST /api/v1/auth/refresh').length).toBeGreaterThan(1);
  expect(signedOut).toBe(0);
});

it('does not take a wrong password for the end of a session', async () => {
  gateway.on('POST /api/v1/auth/login', (_seen, response) =>
    sendProblem(response, 401, 'unauthorized', 'E-mail or password is wrong.'),
  );
  await expect(client().auth.signIn('ada@example.com', 'wrong')).rejects.toMatchObject({ status: 401 });
  expect(gateway.asked('POST /api/v1/auth/refresh')).toHaveLength(0);
  const [asked] = gateway.asked('POST /api/v1/auth/login');
  expect(JSON.parse(asked?.body ?? '')).toMatchObject({ transport: 'cookie' });
  expect(signedOut).toBe(0);
});

it('opens sockets by the cookies alone', async () => {
  fresh = true;
  gateway.onSocket = (socket) => socket.send(JSON.stringify({ type: 'connected', message: 'hello' }));
  for await (const message of client().events('u', { scope: 'user' })) {
    expect(message.type).toBe('connected');
    break;
  }
  expect(gateway.protocols).toEqual([['shotloom.v1']]);
});
