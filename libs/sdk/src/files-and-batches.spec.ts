import { ShotloomClient } from '.';
import { inTurn, sendJson, sendProblem, TestGateway, type Answer } from '../test/test-gateway';

let gateway: TestGateway;
let client: ShotloomClient;
beforeEach(async () => {
  gateway = await new TestGateway().start();
  client = new ShotloomClient({
    ...{ baseUrl: gateway.url, apiKey: 'sl_test', backoff: { baseMs: 1, maxMs: 2 } },
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

it('reads the log of all jobs with its filters, and enhances a prompt', async () => {
  gateway.on('GET /api/v1/log', answer({ data: [], next_cursor: null }));
  gateway.on('POST /api/v1/prompts/enhance', answer({ prompt: 'better' }));
  await client.log({ level: ['WARN', 'ERROR'], provider: 'kling', since: '2026-11-27T00:00:00Z', limit: 2 });
  expect(queryOf(0)).toEqual({
    ...{ level: 'WARN,ERROR', provider: 'kling', since: '2026-11-27T00:00:00Z', limit: '2' },
  });
  await expect(client.enhancePrompt({ prompt: 'waves' })).resolves.toEqual({ prompt: 'better' });
});
