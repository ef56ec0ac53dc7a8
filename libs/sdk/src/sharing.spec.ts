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

it('shares a job, reads its link and closes it', async () => {
  const share = { id: 's', job_id: 'j/1', url: 'https://video.example/s/abc', state: 'live' };
  gateway.on('POST /api/v1/jobs/j%2F1/share', inTurn(away, answer(share)));
  gateway.on('GET /api/v1/jobs/j%2F1/share', answer(share));
  gateway.on('DELETE /api/v1/jobs/j%2F1/share', answer(null));
  await expect(client.shares.share('j/1', { expires_in: 60 })).resolves.toEqual(share);
  expect(gateway.asked('POST /api/v1/jobs/j%2F1/share').map(({ body }) => body)).toEqual([
    '{"expires_in":60}',
    '{"expires_in":60}',
  ]);
  await expect(client.shares.get('j/1')).resolves.toEqual(share);
  await client.shares.revoke('j/1');
  expect(gateway.asked('DELETE /api/v1/jobs/j%2F1/share')).toHaveLength(1);
});

it('asks for the gallery in an order and of a model', async () => {
  gateway.on('GET /api/v1/gallery', answer({ data: [], next_cursor: null }));
  await client.gallery.list({ sort: 'top', model: 'animatic:animatic-1', limit: 5 });
  const query = new URL(gateway.seen[0]?.path ?? '', gateway.url).searchParams;
  expect(Object.fromEntries(query)).toEqual({ sort: 'top', model: 'animatic:animatic-1', limit: '5' });
});

it('repeats a like after a lost answer, and no comment: it would stand there twice', async () => {
  gateway.on('PUT /api/v1/gallery/e/like', inTurn(away, answer({ likes: 1, liked_by_me: true })));
  await expect(client.gallery.like('e')).resolves.toEqual({ likes: 1, liked_by_me: true });
  gateway.on('POST /api/v1/gallery/e/comments', away);
  await expect(client.gallery.comment('e', 'Nice')).rejects.toMatchObject({ code: 'unavailable' });
  expect(gateway.asked('POST /api/v1/gallery/e/comments')).toHaveLength(1);
});

it('lists what waits for an operator, and decides about either kind, once', async () => {
  gateway.on('GET /api/v1/admin/gallery', answer({ data: [], next_cursor: null }));
  await client.moderation.list({ kind: 'comment', state: 'rejected', limit: 5 });
  const query = new URL(gateway.seen[0]?.path ?? '', gateway.url).searchParams;
  expect(Object.fromEntries(query)).toEqual({ kind: 'comment', state: 'rejected', limit: '5' });
  const decision = { decision: 'take_down', reason: 'not ours to show' } as const;
  gateway.on('POST /api/v1/admin/gallery/entries/e%2F1/decide', answer({ status: 'removed' }));
  await expect(client.moderation.decide({ kind: 'entry', id: 'e/1' }, decision)).resolves.toEqual({
    status: 'removed',
  });
  gateway.on('POST /api/v1/admin/gallery/comments/c/decide', away);
  await expect(client.moderation.decide({ kind: 'comment', id: 'c' }, decision)).rejects.toMatchObject({
    code: 'unavailable',
  });
  expect(gateway.asked('POST /api/v1/admin/gallery/comments/c/decide')).toHaveLength(1);
});
