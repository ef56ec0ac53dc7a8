import {
  addCommentRpc,
  deleteCommentRpc,
  listCommentsRpc,
  listModerationRpc,
  moderateRpc,
  reportRpc,
  setLikeRpc,
  type RpcRequest,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { takeOutExpired } from '../src/gallery/take-out-expired';
import { makeFilm } from './support/films';
import { entry, gallery, open, share, type FinishedJob } from './support/shared';
import { raiseStage, type Stage } from './support/stage';

type Entry = FinishedJob & { readonly id: string };
type Moderation = RpcRequest<typeof moderateRpc>;

describe('the gallery', () => {
  let stage: Stage;
  let film: Buffer;
  beforeAll(async () => {
    [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
  }, 120_000);
  afterAll(() => stage.stop());

  const put = (terms: Parameters<typeof entry>[2] = {}): Promise<Entry> => entry(stage, film, terms);
  const find = async (id: string, viewerUserId: string | null = null) =>
    (await gallery(stage, { viewerUserId })).entries.find(({ entryId }) => entryId === id);
  const like = async (userId: string, entryId: string, liked = true) =>
    (await stage.bus.request(setLikeRpc, { userId, entryId, liked })).likes;
  const comment = async (entryId: string, userId: string, needsApproval = false, commentId = newId()) =>
    (await stage.bus.request(addCommentRpc, { commentId, entryId, userId, text: 'Nice', needsApproval }))
      .comment;
  const comments = async (entryId: string, viewerUserId: string | null = null) =>
    (await stage.bus.request(listCommentsRpc, { entryId, viewerUserId, limit: 100 })).comments;
  const judge = (kind: Moderation['kind'], id: string, decision: Moderation['decision']) =>
    stage.bus.request(moderateRpc, { kind, id, decision });
  const queue = async (kind: Moderation['kind'], state: 'open' | 'rejected' | 'removed' = 'open') =>
    (await stage.bus.request(listModerationRpc, { kind, state, limit: 100 })).items;
  const notFound = { code: 'not_found' };

  it('counts likes exactly, however many come at once and however often', async () => {
    const { id } = await put();
    const users = Array.from({ length: 12 }, () => newId());
    await Promise.all([...users, ...users, ...users].map((user) => like(user, id)));
    expect((await find(id))?.likes).toBe(12);
    expect((await find(id, users[0]))?.likedByViewer).toBe(true);
    const flood = users.flatMap((user) => [false, true, false].map((liked) => like(user, id, liked)));
    await Promise.all(flood);
    await Promise.all(users.slice(0, 5).map((user) => like(user, id, false)));
    const { count } = await stage.database.sql
      .selectFrom('media.gallery_likes')
      .select((select) => select.fn.countAll<string>().as('count'))
      .where('entry_id', '=', id)
      .executeTakeFirstOrThrow();
    expect((await find(id))?.likes).toBe(Number(count));
  });

  it('pages by time and by likes, each entry once', async () => {
    const model = 'animatic:paged';
    const made: Entry[] = [];
    for (let index = 0; index < 5; index += 1) made.push(await put({ model }));
    const ids = made.map(({ id }) => id);
    for (const index of [1, 3]) await like(newId(), ids[index] ?? '');
    await like(newId(), ids[3] ?? '');
    const walk = async (sort: 'new' | 'top'): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
        const page = await gallery(stage, { sort, model, limit: 2, ...(cursor ? { cursor } : {}) });
        seen.push(...page.entries.map(({ entryId }) => entryId));
        cursor = page.nextCursor ?? undefined;
      }
      return seen;
    };
    expect(await walk('new')).toEqual(ids.toReversed());
    expect(await walk('top')).toEqual([ids[3], ids[1], ids[4], ids[2], ids[0]]);
    const foreign = (await gallery(stage, { sort: 'new', model, limit: 2 })).nextCursor ?? '';
    for (const cursor of [foreign, 'nonsense', Buffer.from('[1e99,"x"]').toString('base64url')]) {
      await expect(gallery(stage, { sort: 'top', cursor })).rejects.toMatchObject({
        code: 'invalid_input',
        fields: [{ field: 'cursor' }],
      });
    }
  });

  it('has comments that their author, the owner of the video and operators delete, and nobody else', async () => {
    const mine = await put();
    const [author, other] = [newId(), newId()];
    const made = [
      await comment(mine.id, author),
      await comment(mine.id, author),
      await comment(mine.id, author),
    ];
    expect((await find(mine.id))?.comments).toBe(3);
    expect((await comments(mine.id)).map((one) => one.commentId)).toEqual(
      made.map((one) => one.commentId).toReversed(),
    );
    const [first, second, third] = made.map((one) => one.commentId);
    const remove = (commentId: string | undefined, userId: string, asOperator = false) =>
      stage.bus.request(deleteCommentRpc, { commentId: commentId ?? '', userId, asOperator });
    await expect(remove(first, other)).rejects.toMatchObject(notFound);
    await remove(first, author);
    await remove(second, mine.userId);
    await remove(third, other, true);
    await expect(remove(third, author)).rejects.toMatchObject(notFound);
    expect([(await find(mine.id))?.comments, await comments(mine.id)]).toEqual([0, []]);
  });

  it('keeps a comment once, whatever is sent again, and gives no id to two people', async () => {
    const { id } = await put();
    const [author, commentId] = [newId(), newId()];
    await Promise.all([comment(id, author, false, commentId), comment(id, author, false, commentId)]);
    expect((await find(id))?.comments).toBe(1);
    await expect(comment(id, newId(), false, commentId)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('shows what waits for approval to nobody but its author, until it is approved', async () => {
    const waiting = await put({ needsApproval: true });
    expect(await find(waiting.id)).toBeUndefined();
    await expect(like(newId(), waiting.id)).rejects.toMatchObject(notFound);
    expect(await queue('entry')).toContainEqual(
      expect.objectContaining({ id: waiting.id, status: 'pending', token: expect.any(String) as string }),
    );
    await judge('entry', waiting.id, 'approve');
    expect(await find(waiting.id)).toBeDefined();
    const author = newId();
    const said = await comment(waiting.id, author, true);
    expect([await comments(waiting.id), await comments(waiting.id, newId())]).toEqual([[], []]);
    expect(await comments(waiting.id, author)).toHaveLength(1);
    expect((await find(waiting.id))?.comments).toBe(0);
    await judge('comment', said.commentId, 'approve');
    expect([(await find(waiting.id))?.comments, (await comments(waiting.id)).length]).toEqual([1, 1]);
    await judge('comment', said.commentId, 'reject');
    expect([(await find(waiting.id))?.comments, await comments(waiting.id, author)]).toEqual([0, []]);
  });

  it('judges again what has other words now, where approval is asked for', async () => {
    const mine = await put({ title: 'Harmless', needsApproval: true });
    await judge('entry', mine.id, 'approve');
    await share(stage, mine, { title: 'Harmless', needsApproval: true });
    expect(await find(mine.id)).toBeDefined();
    const changed = await share(stage, mine, { title: 'Not so', needsApproval: true, inGallery: true });
    expect([changed.share.gallery, await find(mine.id)]).toEqual(['pending', undefined]);
  });

  it('keeps out what was declined, although its owner revokes and shares again', async () => {
    const mine = await put();
    await judge('entry', mine.id, 'reject');
    const token = (await share(stage, mine)).share.token;
    expect(await open(stage, token)).not.toBeNull();
    await expect(share(stage, mine, { inGallery: true })).rejects.toMatchObject({ code: 'conflict' });
    await share(stage, mine, { inGallery: false });
    await expect(share(stage, mine, { inGallery: true })).rejects.toMatchObject({ code: 'conflict' });
    expect(await find(mine.id)).toBeUndefined();
  });

  it('closes the link of what was taken down, for its owner too, until that is taken back', async () => {
    const mine = await put();
    const { token } = (await share(stage, mine)).share;
    await judge('entry', mine.id, 'take_down');
    expect([await open(stage, token), await find(mine.id)]).toEqual([null, undefined]);
    await expect(share(stage, mine)).rejects.toMatchObject({ code: 'forbidden' });
    expect((await queue('entry', 'removed')).map(({ id }) => id)).toContain(mine.id);
    await judge('entry', mine.id, 'approve');
    expect(await open(stage, token)).not.toBeNull();
    expect(await find(mine.id)).toBeDefined();
    await expect(judge('entry', newId(), 'approve')).rejects.toMatchObject(notFound);
  });

  it('puts before the operators what is reported, once for each user, until they decide', async () => {
    const mine = await put();
    const said = await comment(mine.id, newId());
    const reporter = newId();
    const tell = (kind: Moderation['kind'], id: string, userId = reporter, reason = 'It hurts') =>
      stage.bus.request(reportRpc, { kind, id, reportId: newId(), userId, reason });
    await Promise.all([
      tell('entry', mine.id),
      tell('entry', mine.id),
      tell('entry', mine.id, newId(), 'Mine'),
    ]);
    await tell('comment', said.commentId);
    const [reported] = (await queue('entry')).filter(({ id }) => id === mine.id);
    expect(reported).toMatchObject({ openReports: 2, status: 'published' });
    expect(reported?.reasons.toSorted()).toEqual(['It hurts', 'Mine']);
    expect(await queue('comment')).toContainEqual(
      expect.objectContaining({ id: said.commentId, text: 'Nice', entryId: mine.id, openReports: 1 }),
    );
    await judge('entry', mine.id, 'approve');
    await tell('entry', mine.id);
    expect((await queue('entry')).map(({ id }) => id)).not.toContain(mine.id);
    await judge('comment', said.commentId, 'take_down');
    await expect(tell('comment', said.commentId, newId())).rejects.toMatchObject(notFound);
    await expect(tell('comment', newId())).rejects.toMatchObject(notFound);
    await expect(tell('entry', newId())).rejects.toMatchObject(notFound);
  });

  it('lets go of entries whose link has expired, and of no others', async () => {
    const soon = new Date(Date.now() + 90_000).toISOString();
    const [expired, reported, living, lasting] = [
      await put({ expiresAt: soon }),
      await put({ expiresAt: soon }),
      await put({ expiresAt: soon }),
      await put(),
    ];
    const report = { kind: 'entry' as const, reportId: newId(), userId: newId(), reason: 'It hurts' };
    await stage.bus.request(reportRpc, { ...report, id: reported.id });
    await stage.database.sql
      .updateTable('media.shares')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('share_id', 'in', [expired.id, reported.id])
      .execute();
    expect(await takeOutExpired(stage.storage)).toBe(1);
    expect(await takeOutExpired(stage.storage)).toBe(0);
    const rows = await stage.database.sql
      .selectFrom('media.gallery_entries')
      .select('entry_id')
      .where('entry_id', 'in', [expired.id, reported.id, living.id, lasting.id])
      .execute();
    const left = rows.map(({ entry_id: id }) => id);
    expect(left.toSorted()).toEqual([reported.id, living.id, lasting.id].toSorted());
  });
});
