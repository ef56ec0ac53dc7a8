import { isDeepStrictEqual } from 'node:util';
import { describeAssetsRpc, mediaDeleteV1, mediaIngestV1, subjects } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { sniffType } from '@shotloom/media-tools';
import { waitFor } from '@shotloom/testing';
import { deleteMedia } from '../src/deletion/delete-media';
import { ingest, type IngestRequest } from '../src/ingest/ingest';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, rendered, type Report, type Stage } from './support/stage';

describe('storing what was rendered', () => {
  let stage: Stage;
  let film: Buffer;
  const reportsOf = (request: IngestRequest): Report[] =>
    stage.reports.filter((report) => report.attemptId === request.attemptId);
  const send = (request: IngestRequest): Promise<unknown> =>
    stage.bus.publish(mediaIngestV1, request, {
      subject: subjects.mediaIngest,
      correlationId: request.jobId,
    });
  const settled = (request: IngestRequest, count = 1): Promise<unknown> =>
    waitFor(() => reportsOf(request).length >= count, { what: `${count} reports of ${request.attemptId}` });
  /** The report goes out before the tidying is done, so the tidying is awaited. */
  const tidied = (request: IngestRequest, left: readonly string[]): Promise<unknown> =>
    waitFor(
      async () => isDeepStrictEqual(await keysBelow(stage.store, `attempts/${request.attemptId}/`), left),
      {
        what: `only ${left.join(', ') || 'nothing'} to be left`,
      },
    );
  const assetsOf = (request: IngestRequest) =>
    stage.database.sql
      .selectFrom('media.assets')
      .selectAll()
      .where('attempt_id', '=', request.attemptId)
      .execute();

  beforeAll(async () => {
    [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
  }, 120_000);
  afterAll(() => stage.stop());

  it('is ready once all is started', async () => {
    expect(await stage.ready.ready()).toEqual({
      status: 'ok',
      checks: { nats: 'ok', database: 'ok', 'object store': 'ok' },
    });
  });

  it('makes a film an asset with its facts, draws its poster, and serves both by signed links with ranges', async () => {
    const request = await rendered(stage.store, film);
    await send(request);
    await settled(request);
    const [asset] = await assetsOf(request);
    expect(asset).toMatchObject({
      kind: 'video',
      origin: 'generated',
      job_id: request.jobId,
      object_key: request.source.key,
      content_type: 'video/mp4',
      size_bytes: film.length,
      sha256: request.source.sha256,
      width: 320,
      height: 180,
      fps: 24,
      video_codec: 'h264',
      label: 'Animatic',
    });
    expect(asset?.duration_seconds).toBeCloseTo(1, 1);
    expect(reportsOf(request)).toEqual([
      { type: 'media.stored.v1', attemptId: request.attemptId, assetId: asset?.asset_id, code: undefined },
    ]);
    const described = await waitFor(
      async () => {
        const question = {
          userId: request.ownerUserId,
          assetIds: [asset?.asset_id ?? ''],
          expiresInSeconds: 60,
        };
        const { assets } = await stage.bus.request(describeAssetsRpc, question);
        return assets[0]?.posterUrl ? assets[0] : undefined;
      },
      { what: 'the poster' },
    );
    const part = await fetch(described.url, { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
    expect((await fetch(described.url, { headers: { range: `bytes=${film.length}-` } })).status).toBe(416);
    const download = await fetch(described.downloadUrl, { method: 'HEAD' });
    expect(download.headers.get('content-disposition')).toContain(`shotloom-${described.assetId}.mp4`);
    const poster = await fetch(described.posterUrl ?? '');
    expect((await sniffType(new Uint8Array(await poster.arrayBuffer()))).contentType).toBe('image/jpeg');
    expect((await fetch(`${stage.mediaUrl}/shotloom/${described.objectKey}`)).status).toBe(403);
    expect((await fetch(new URL('/elsewhere', stage.mediaUrl))).status).toBe(404);
  });

  it('gives one asset and one report, however often the same message is delivered, also at the same time', async () => {
    const request = await rendered(stage.store, film);
    const messageId = newId();
    const results = await Promise.all(
      Array.from({ length: 4 }, () => ingest(stage.storage, request, messageId)),
    );
    await ingest(stage.storage, request, messageId);
    expect(results.map(({ outcome }) => outcome).sort()).toEqual(['again', 'again', 'again', 'stored']);
    expect(await assetsOf(request)).toHaveLength(1);
    await settled(request);
    expect(reportsOf(request).map(({ type }) => type)).toEqual(['media.stored.v1']);
  });

  it('answers a second request for an attempt with the first asset, and removes what was rendered twice', async () => {
    const first = await rendered(stage.store, film);
    const { asset } = await ingest(stage.storage, first, newId());
    const second = await rendered(stage.store, film, { ...first, try: 2 });
    const again = await ingest(stage.storage, second, newId());
    expect([again.outcome, again.asset?.asset_id]).toEqual(['again', asset?.asset_id]);
    expect(await keysBelow(stage.store, `attempts/${first.attemptId}/`)).toEqual([first.source.key]);
  });

  it('finishes after a kill between the object and the row, and between the row and the tidying', async () => {
    const request = await rendered(stage.store, film, { try: 2 });
    await rendered(stage.store, film, { attemptId: request.attemptId, try: 1 });
    await send(request);
    await settled(request);
    await send(request);
    await settled(request, 2);
    expect(new Set(reportsOf(request).map(({ assetId }) => assetId)).size).toBe(1);
    await tidied(request, [request.source.key]);
  });

  it('says that another try is worth it where the object is missing, cut off or no film', async () => {
    const missing = await rendered(stage.store, film);
    await stage.store.remove(missing.source.key);
    const cut = await rendered(stage.store, film.subarray(0, film.length - 100));
    const short = { ...cut, source: { ...cut.source, sizeBytes: film.length } };
    const damaged = await rendered(stage.store, film.subarray(0, 3_000));
    const webm = await rendered(stage.store, await makeFilm('libvpx'));
    const foreign = await rendered(stage.store, film);
    const stolen = { ...foreign, attemptId: newId() };
    const cases = [missing, short, damaged, webm, stolen];
    await Promise.all(cases.map(send));
    await Promise.all(cases.map((request) => settled(request)));
    expect(cases.map((request) => reportsOf(request)[0]?.code)).toEqual([
      'ingest_failed',
      'ingest_failed',
      'media_invalid',
      'media_invalid',
      'ingest_failed',
    ]);
    for (const request of cases) expect(await assetsOf(request)).toEqual([]);
    await tidied(damaged, []);
    expect(await keysBelow(stage.store, `attempts/${foreign.attemptId}/`)).toHaveLength(1);
  });

  it('removes a deleted film with its poster, once and for all', async () => {
    const request = await rendered(stage.store, film);
    const { asset } = await ingest(stage.storage, request, newId());
    const assetId = asset?.asset_id ?? '';
    await stage.storage.posters.add(assetId);
    await stage.storage.posters.add(assetId);
    const { ownerUserId } = request;
    const deletion = { ownerUserId, assetId, attemptId: null, objectKeys: [] };
    const route = { subject: subjects.mediaDelete, correlationId: request.jobId };
    await stage.bus.publish(mediaDeleteV1, deletion, route);
    await stage.bus.publish(mediaDeleteV1, deletion, route);
    await waitFor(async () => (await assetsOf(request))[0]?.objects_removed_at, {
      what: 'the objects to go',
    });
    await stage.storage.posters.add(assetId);
    expect(await keysBelow(stage.store, `attempts/${request.attemptId}/`)).toEqual([]);
    expect(await keysBelow(stage.store, `posters/${assetId}`)).toEqual([]);
    const question = { userId: ownerUserId, assetIds: [assetId], expiresInSeconds: 60 };
    expect(await stage.bus.request(describeAssetsRpc, question)).toEqual({ assets: [] });
    expect((await ingest(stage.storage, request, newId())).outcome).toBe('unwanted');
  });

  it('does not bring back a result whose attempt was deleted before it came', async () => {
    const request = await rendered(stage.store, film);
    const { ownerUserId, attemptId } = request;
    await deleteMedia(stage.storage, { ownerUserId, assetId: null, attemptId, objectKeys: [] });
    await rendered(stage.store, film, { attemptId });
    await send(request);
    await settled(request);
    expect(reportsOf(request)[0]?.code).toBe('cancelled');
    await tidied(request, []);
  });

  it("deletes nothing of another user's, and no object that an asset needs", async () => {
    const request = await rendered(stage.store, film);
    const { asset } = await ingest(stage.storage, request, newId());
    const none = { assetId: null, attemptId: null, objectKeys: [] };
    const stranger = { ...none, ownerUserId: newId() };
    await expect(deleteMedia(stage.storage, { ...stranger, assetId: asset?.asset_id ?? '' })).rejects.toThrow(
      'has no asset',
    );
    await deleteMedia(stage.storage, { ...stranger, objectKeys: [request.source.key] });
    expect(await keysBelow(stage.store, request.source.key)).toEqual([request.source.key]);
  });
});
