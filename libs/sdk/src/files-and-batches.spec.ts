import { ShotloomClient } from '.';
import { inTurn, sendJson, sendProblem, TestGateway, type Answer } from '../test/test-gateway';

let gateway: TestGateway;
let client: ShotloomClient;
beforeEach(async () => {
  gateway = await new TestGateway().start();
  client = new ShotloomClient({
    ...{ baseUrl: gateway.url, apiKey: 'sl_test', backoff: { baseMs: 1, maxMs: 2 } },
    timings: { pollEveryMs: 1 },
  });
});
afterEach(() => gateway.stop());

const answer =
  (body: unknown): Answer =>
  (_seen, response) =>
    sendJson(response, body);
const away: Answer = (_seen, response) => sendProblem(response, 503, 'unavailable', 'Try again.');
const queryOf = (index: number): object =>
  Object.fromEntries(new URL(gateway.seen[index]?.path ?? '', gateway.url).searchParams);

it('lists files by what they are, reads one and deletes it', async () => {
  gateway.on('GET /api/v1/assets', answer({ data: [], next_cursor: null }));
  gateway.on('GET /api/v1/assets/a%2F1', answer({ asset_id: 'a/1' }));
  gateway.on('DELETE /api/v1/assets/a%2F1', answer(null));
  await client.assets.list({
    kind: 'video',
    origin: 'upload',
    contentType: 'video/mp4',
    limit: 5,
    cursor: 'c',
  });
  expect(queryOf(0)).toEqual({
    ...{ kind: 'video', origin: 'upload', content_type: 'video/mp4', limit: '5', cursor: 'c' },
  });
  await expect(client.assets.get('a/1')).resolves.toEqual({ asset_id: 'a/1' });
  await client.assets.delete('a/1');
  expect(gateway.asked('DELETE /api/v1/assets/a%2F1')).toHaveLength(1);
});

it('orders a batch with one key through its own retries, and cancels it', async () => {
  const rows = [{ operation: 'text-to-video' as const, prompt: 'waves' }];
  gateway.on('POST /api/v1/batches', inTurn(away, answer({ id: 'b' })));
  gateway.on('POST /api/v1/batches/quote', inTurn(away, answer({ hold_credits: 5 })));
  gateway.on('GET /api/v1/batches/b', answer({ id: 'b' }));
  gateway.on('GET /api/v1/batches', answer({ data: [], next_cursor: null }));
  gateway.on('POST /api/v1/batches/b/cancel', away);
  await expect(client.batches.quote({ rows })).resolves.toEqual({ hold_credits: 5 });
  await expect(client.batches.create({ rows })).resolves.toEqual({ id: 'b' });
  const keys = gateway.asked('POST /api/v1/batches').map(({ headers }) => headers['idempotency-key']);
  expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
  expect(keys[0]).toMatch(/^[\w-]{36}$/);
  await client.batches.get('b');
  await client.batches.list({ limit: 3 });
  await expect(client.batches.cancel('b')).rejects.toMatchObject({ code: 'unavailable' });
  expect(gateway.asked('POST /api/v1/batches/b/cancel')).toHaveLength(1);
});

it('sends a file of a batch as it is, again under the same key, to be priced and to be ordered', async () => {
  const file = {
    type: 'text/csv',
    text: 'operation,prompt\r\ntext-to-video,"Wellen, leise: 静"\r\n',
  } as const;
  gateway.on('POST /api/v1/batches', inTurn(away, answer({ id: 'b' })));
  gateway.on('POST /api/v1/batches/quote', inTurn(away, answer({ hold_credits: 5 })));
  await expect(client.batches.quoteFrom(file)).resolves.toEqual({ hold_credits: 5 });
  await expect(client.batches.createFrom(file)).resolves.toEqual({ id: 'b' });
  const orders = gateway.asked('POST /api/v1/batches');
  expect(orders).toHaveLength(2);
  expect(new Set(orders.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  for (const { headers, body } of gateway.seen) {
    expect([headers['content-type'], body]).toEqual(['text/csv', file.text]);
  }
  await client.batches.createFrom(file, { idempotencyKey: 'mine' });
  expect(gateway.seen.at(-1)?.headers['idempotency-key']).toBe('mine');
});

it('waits for a batch, also while the server is away or too much is asked, and says how far it is', async () => {
  const running = { id: 'b', status: 'running', videos: 2, progress_percentage: 50 };
  const busy: Answer = (_seen, response) => sendProblem(response, 429, 'rate_limited', 'Slower.');
  gateway.on(
    'GET /api/v1/batches/b',
    inTurn(
      answer(running),
      ...[away, away, away, away, busy],
      answer({ ...running, status: 'ended', progress_percentage: 100 }),
    ),
  );
  const seen: number[] = [];
  const ended = await client.batches.wait('b', {
    onUpdate: ({ progress_percentage: percent }) => seen.push(percent),
  });
  expect([ended.status, seen]).toEqual(['ended', [50, 100]]);
});

it('stops waiting for a batch that is not there any more, or that nobody waits for', async () => {
  const running = answer({ id: 'b', status: 'running', videos: 2 });
  const gone: Answer = (_seen, response) => sendProblem(response, 404, 'not_found', 'No.');
  gateway.on('GET /api/v1/batches/b', inTurn(running, gone));
  await expect(client.batches.wait('b')).rejects.toMatchObject({ code: 'not_found' });
  const end = new AbortController();
  gateway.on('GET /api/v1/batches/b', running);
  const waiting = client.batches.wait('b', {
    signal: end.signal,
    onUpdate: () => end.abort(new Error('enough')),
  });
  await expect(waiting).rejects.toThrow('enough');
});

it('reads the log of all jobs with its filters, and enhances a prompt', async () => {
  gateway.on('GET /api/v1/log', answer({ data: [], next_cursor: null }));
  gateway.on('POST /api/v1/prompts/enhance', answer({ prompt: 'better' }));
  await client.log({ level: ['WARN', 'ERROR'], provider: 'kling', since: '2026-11-27T00:00:00Z', limit: 2 });
  expect(queryOf(0)).toEqual({
    ...{ level: 'WARN,ERROR', provider: 'kling', since: '2026-11-27T00:00:00Z', limit: '2' },
  });
  await expect(client.enhancePrompt({ prompt: 'waves' })).resolves.toEqual({ prompt: 'better' });
});
