import type { GalleryEntryRecord } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { GalleryHall } from './gallery-hall';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

/** Who gets in, what the operator switches, and what is told of people. */
jest.setTimeout(60_000);

let gateway: GatewayFixture;
let hall: GalleryHall;
let user: TestUser;
let admin: TestUser;
const entryId = newId();

beforeAll(async () => {
  gateway = await startGateway();
  hall = new GalleryHall(gateway.backstage);
  // So that it is the gallery's own limits that stop a flood, however fast this machine is.
  await gateway.database.sql
    .updateTable('identity.plans')
    .set({ unlimited: true })
    .where('is_default', '=', true)
    .execute();
  user = await gateway.addUser();
  admin = await gateway.addUser(['read', 'generate', 'admin'], 'admin');
  hall.entries.push(entryOf(user.userId));
});
afterAll(() => gateway.close());

const entryOf = (ownerUserId: string): GalleryEntryRecord => ({
  ...{ entryId, ownerUserId, token: 'T'.repeat(43), title: 'Dusk', prompt: null, label: null },
  ...{ model: 'animatic:animatic-1', width: 1280, height: 720, durationSeconds: 5, hasPoster: false },
  ...{ likes: 0, comments: 0, likedByViewer: false, publishedAt: new Date().toISOString() },
});
const ask = (method: string, path: string, by: TestUser | null, json?: object): Promise<Answer> =>
  call(gateway, `/api/v1${path}`, by, { method, ...(json ? { json } : {}) });
const list = (by: TestUser | null): Promise<Answer> => ask('GET', '/gallery', by);
const set = async (settings: object): Promise<void> => {
  expect((await ask('PATCH', '/admin/settings', admin, settings)).status).toBe(200);
};
const rename = (name: string) =>
  gateway.database.sql
    .updateTable('identity.users')
    .set({ display_name: name })
    .where('id', '=', user.userId)
    .execute();
const authorShown = async (): Promise<unknown> =>
  ((await list(admin)).body['data'] as { author: unknown }[])[0]?.author;
const finished = async (): Promise<string> => {
  const json = { prompt: 'a secret lighthouse', model: 'animatic:animatic-1' };
  const id = String((await ask('POST', '/generate/text-to-video', user, json)).body['id']);
  gateway.backstage.finish(id, gateway.backstage.addVideo(user));
  return id;
};

it('is for who is signed in, for everybody, or for nobody, as the operator says', async () => {
  expect((await list(null)).body).toMatchObject(problem(401, 'unauthorized'));
  expect((await list(user)).status).toBe(200);
  await set({ gallery: 'public' });
  const seen = await list(null);
  expect([seen.status, seen.body['features']]).toEqual([200, { likes: true, comments: true }]);
  // A key that is given has to be good, and to have the scope, also where none is needed.
  expect((await list({ ...user, apiKey: 'nonsense' })).status).toBe(401);
  expect((await list(await gateway.addUser(['generate']))).status).toBe(403);
  await set({ gallery: 'off' });
  for (const by of [null, user]) expect((await list(by)).body).toMatchObject(problem(404, 'not_found'));
  const shared = await ask('POST', `/jobs/${await finished()}/share`, user, { in_gallery: true });
  expect(shared.body).toMatchObject(problem(403, 'forbidden'));
  await set({ gallery: 'members' });
});

it('has likes and comments only where they are on; who wrote one may take it back all the same', async () => {
  const mine = hall.addComment(user.userId, entryId);
  await set({ gallery_likes: false, gallery_comments: false });
  for (const [method, path, json] of [
    ['PUT', 'like'],
    ['DELETE', 'like'],
    ['GET', 'comments'],
    ['POST', 'comments', { text: 'Nice' }],
  ] as const) {
    const answer = await ask(method, `/gallery/${entryId}/${path}`, user, json);
    expect([method, path, answer.body]).toEqual([
      method,
      path,
      expect.objectContaining(problem(403, 'forbidden')),
    ]);
  }
  expect((await list(user)).body['features']).toEqual({ likes: false, comments: false });
  expect((await ask('DELETE', `/comments/${mine}`, user)).status).toBe(204);
  await set({ gallery_likes: true, gallery_comments: true, gallery_comment_approval: true });
  const said = await ask('POST', `/gallery/${entryId}/comments`, user, { text: ' Nice\nand calm ' });
  expect([said.status, said.body['status'], said.body['text']]).toEqual([201, 'pending', 'Nice\nand calm']);
  await set({ gallery_comment_approval: false });
});

it('tells nobody the address of anybody, nor their id', async () => {
  const { email } = await gateway.database.sql
    .selectFrom('identity.users')
    .select('email')
    .where('id', '=', user.userId)
    .executeTakeFirstOrThrow();
  hall.addComment(user.userId, entryId);
  for (const name of [email, email.split('@', 1)[0] ?? '', 'call me at ann@home']) {
    await rename(name);
    expect(await authorShown()).toEqual({ name: null, is_me: false });
  }
  await rename('Ann');
  expect(await authorShown()).toEqual({ name: 'Ann', is_me: false });
  const told = [await list(admin), await ask('GET', `/gallery/${entryId}/comments`, admin)];
  for (const { text } of told) {
    expect(text).not.toContain(user.userId);
    expect(text).not.toContain('@');
  }
});

it.each([
  ['nothing', ''],
  ['blanks', '   '],
  ['1,001 characters', 'x'.repeat(1_001)],
  ['a NUL', 'a\u0000b'],
  ['half a character', 'a\ud800'],
  ['a bell', 'a\u0007b'],
])('refuses a comment of %s, and names the field', async (_what, text) => {
  const answer = await ask('POST', `/gallery/${entryId}/comments`, user, { text });
  expect(answer.body).toMatchObject(problem(422, 'invalid_input', ['text']));
});

it('stops who floods it with comments, likes or reports, and nobody else', async () => {
  const flooder = await gateway.addUser();
  const flood = async (method: string, path: string, most: number, json?: object): Promise<void> => {
    for (let index = 0; index < most; index += 1) {
      expect((await ask(method, path, flooder, json)).status).toBeLessThan(300);
    }
    const refused = await ask(method, path, flooder, json);
    expect(refused.body).toMatchObject(problem(429, 'rate_limited'));
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask(method, path, user, json)).status).toBeLessThan(300);
  };
  await flood('POST', `/gallery/${entryId}/comments`, 10, { text: 'Buy' });
  await flood('POST', `/gallery/${entryId}/report`, 20, { reason: 'because' });
  await flood('PUT', `/gallery/${entryId}/like`, 60);
});

it('shares a prompt only where its owner says so, and only what is finished', async () => {
  const id = await finished();
  const share = (body: object, by = user) => ask('POST', `/jobs/${id}/share`, by, body);
  await share({});
  expect(hall.asked.at(-1)).not.toHaveProperty('prompt');
  expect((await share({ show_prompt: true })).body['show_prompt']).toBe(true);
  expect(hall.asked.at(-1)?.prompt).toBe('a secret lighthouse');
  await share({ show_prompt: false });
  expect(hall.asked.at(-1)?.prompt).toBeNull();
  const before = Date.now();
  const made = await share({ expires_in: 3_600, title: ' Dusk ' });
  expect(made.body).toMatchObject({ title: 'Dusk', state: 'live' });
  expect(Date.parse(String(made.body['expires_at'])) - before).toBeGreaterThan(3_590_000);
  for (const [body, field] of [
    [{ expires_in: 59 }, 'expires_in'],
    [{ expires_at: '2020-01-01T00:00:00.000Z' }, 'expires_at'],
    [{ expires_in: 60, expires_at: '2030-01-01T00:00:00.000Z' }, 'expires_at'],
    [{ title: 'x'.repeat(121) }, 'title'],
    [{ title: 'a\nb' }, 'title'],
  ] as const) {
    expect((await share(body)).body).toMatchObject(problem(422, 'invalid_input', [field]));
  }
  const json = { prompt: 'unfinished', model: 'animatic:animatic-1' };
  const running = String((await ask('POST', '/generate/text-to-video', user, json)).body['id']);
  expect((await ask('POST', `/jobs/${running}/share`, user, {})).body).toMatchObject(
    problem(409, 'conflict'),
  );
});

it('writes down what operators decide, and what they delete of others', async () => {
  const reason = 'It is spam.';
  const decided = await ask('POST', `/admin/gallery/entries/${entryId}/decide`, admin, {
    ...{ decision: 'take_down', reason },
  });
  expect([decided.status, decided.body]).toEqual([200, { status: 'removed' }]);
  const theirs = hall.addComment(user.userId, entryId);
  expect((await ask('DELETE', `/comments/${theirs}`, admin)).status).toBe(204);
  const log = await gateway.database.sql
    .selectFrom('identity.audit_log')
    .select(['action', 'target_id', 'details'])
    .where('target_id', 'in', [entryId, theirs])
    .orderBy('id')
    .execute();
  expect(log.map(({ action }) => action)).toEqual([
    ...['gallery_entry.taken_down_asked', 'gallery_entry.taken_down'],
    ...['gallery_comment.deleted_asked', 'gallery_comment.deleted'],
  ]);
  expect(log[1]?.details).toEqual({ reason });
});
