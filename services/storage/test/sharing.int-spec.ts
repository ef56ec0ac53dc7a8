import {
  addCommentRpc,
  getShareRpc,
  listSharesRpc,
  mediaDeleteV1,
  revokeShareRpc,
  setLikeRpc,
  subjects,
} from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { makeFilm } from './support/films';
import { finishedJob, gallery, open, share, type FinishedJob } from './support/shared';
import { raiseStage, type Stage } from './support/stage';

describe('links to videos', () => {
  let stage: Stage;
  let film: Buffer;
  beforeAll(async () => {
    [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
  }, 120_000);
  afterAll(() => stage.stop());

  const job = (): Promise<FinishedJob> => finishedJob(stage, film);
  const revoke = ({ userId, jobId }: FinishedJob) => stage.bus.request(revokeShareRpc, { userId, jobId });
  const expire = (shareId: string) =>
    stage.database.sql
      .updateTable('media.shares')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('share_id', '=', shareId)
      .execute();

  it('opens for whoever has it, with links to the file that really play', async () => {
    const made = await share(stage, await job(), { title: 'Dusk' });
    expect(made.share.token).toMatch(/^[\w-]{43}$/);
    const opened = await open(stage, made.share.token);
    expect(opened).toMatchObject({ title: 'Dusk', prompt: null, label: 'Animatic', downloadUrl: null });
    const part = await fetch(opened?.videoUrl ?? '', { headers: { range: 'bytes=0-99' } });
    expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 100]);
  });

  it('has one link for each job, whoever asks twice or at once, and changes what is said only', async () => {
    const mine = await job();
    const all = await Promise.all(Array.from({ length: 8 }, () => share(stage, mine, { title: 'One' })));
    expect(new Set(all.map((made) => made.share.token)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    const changed = await share(stage, mine, { prompt: 'a lighthouse', allowDownload: true });
    expect(changed.share).toMatchObject({ title: 'One', prompt: 'a lighthouse', allowDownload: true });
    expect((await open(stage, changed.share.token))?.downloadUrl).toContain('http');
    expect((await share(stage, mine, { title: null, prompt: null })).share).toMatchObject({
      ...{ title: null, prompt: null, allowDownload: true, token: changed.share.token },
    });
  });

  it('is not for the job of another: it is not there', async () => {
    const [theirs, mine] = [await job(), await job()];
    await share(stage, theirs);
    const stolen = { ...theirs, userId: mine.userId };
    await expect(share(stage, stolen)).rejects.toMatchObject({ code: 'not_found' });
    await expect(revoke(stolen)).rejects.toMatchObject({ code: 'not_found' });
    const seen = await stage.bus.request(getShareRpc, { userId: mine.userId, jobId: theirs.jobId });
    expect(seen.share).toBeNull();
    const { shares } = await stage.bus.request(listSharesRpc, { userId: mine.userId, limit: 10 });
    expect(shares).toEqual([]);
  });

  it('is closed at once when it is revoked, and another token opens it again', async () => {
    const mine = await job();
    const { share: first } = await share(stage, mine, { title: 'First', allowDownload: true });
    await revoke(mine);
    expect(await open(stage, first.token)).toBeNull();
    await expect(revoke(mine)).rejects.toMatchObject({ code: 'not_found' });
    const { share: second, created } = await share(stage, mine);
    expect(created).toBe(true);
    expect(second.token).not.toBe(first.token);
    expect(second).toMatchObject({ title: null, allowDownload: false });
    expect(await open(stage, first.token)).toBeNull();
  });

  it('expires, gives no link to the file beyond that, and does not come back to life', async () => {
    const mine = await job();
    const expiresAt = new Date(Date.now() + 90_000).toISOString();
    const { share: made } = await share(stage, mine, { expiresAt, inGallery: true });
    const { videoUrl = '' } = (await open(stage, made.token)) ?? {};
    const times = [...videoUrl.matchAll(/\d{10,13}/g)].map(([text]) => Number(text.slice(0, 10)));
    expect(times.some((time) => Math.abs(time - Date.parse(expiresAt) / 1_000) < 5)).toBe(true);
    await expire(made.shareId);
    expect(await open(stage, made.token)).toBeNull();
    expect((await gallery(stage)).entries.map(({ entryId }) => entryId)).not.toContain(made.shareId);
    const again = await share(stage, mine, {});
    expect(again.share.token).not.toBe(made.token);
    expect(again.share.gallery).toBeNull();
  });

  it('dies with its job, and with it what others said and liked', async () => {
    const mine = await job();
    const { share: made } = await share(stage, mine, { inGallery: true });
    const userId = newId();
    await stage.bus.request(setLikeRpc, { userId, entryId: made.shareId, liked: true });
    const comment = { commentId: newId(), entryId: made.shareId, userId, text: 'Nice', needsApproval: false };
    await stage.bus.request(addCommentRpc, comment);
    const { ownerUserId, attemptId } = mine.request;
    await stage.bus.publish(
      mediaDeleteV1,
      { ownerUserId, attemptId, assetId: null, objectKeys: [] },
      { subject: subjects.mediaDelete, correlationId: mine.jobId },
    );
    await waitFor(async () => (await open(stage, made.token)) === null, { what: 'the end of the link' });
    for (const table of ['media.comments', 'media.gallery_likes', 'media.gallery_entries'] as const) {
      const left = await stage.database.sql
        .selectFrom(table)
        .select('entry_id')
        .where('entry_id', '=', made.shareId)
        .execute();
      expect([table, left]).toEqual([table, []]);
    }
    await expect(share(stage, mine)).rejects.toMatchObject({ code: 'not_found' });
    const late = stage.bus.request(addCommentRpc, { ...comment, commentId: newId() });
    await expect(late).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is listed newest first, page by page', async () => {
    const [one, other] = [await job(), await job()];
    const asOne = { ...other, userId: one.userId };
    await stage.database.sql
      .updateTable('media.assets')
      .set({ owner_user_id: one.userId })
      .where('asset_id', '=', other.assetId)
      .execute();
    const made = [await share(stage, one), await share(stage, asOne)].map(
      ({ share: { shareId } }) => shareId,
    );
    const question = { userId: one.userId, limit: 1 };
    const first = await stage.bus.request(listSharesRpc, question);
    const next = await stage.bus.request(listSharesRpc, { ...question, cursor: first.nextCursor ?? '' });
    expect([...first.shares, ...next.shares].map(({ shareId }) => shareId)).toEqual(made.toReversed());
    expect(next.nextCursor).toBeNull();
  });
});
