import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { sql } from 'kysely';
import { RetryLater } from '@shotloom/bus';
import { mediaIngestV1, subjects, type VendorLink } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { ForeignServer, waitFor } from '@shotloom/testing';
import { deleteMedia } from '../src/deletion/delete-media';
import { ingest, type IngestRequest } from '../src/ingest/ingest';
import { MediaController } from '../src/messages/media.controller';
import { makeFilm } from './support/films';
import { LogLines } from './support/log-lines';
import { keysBelow, raiseStage, type Report, type Stage } from './support/stage';

const SECRET = 'signature=only-the-vendor-and-we-may-know';
const MAX_BYTES = 2_000_000;

describe('storing what a vendor made', () => {
  const log = new LogLines();
  let stage: Stage;
  let vendor: ForeignServer;
  let film: Buffer;
  const linked = (url: string, more: Partial<VendorLink> & { attemptId?: string } = {}): IngestRequest => {
    const { attemptId = newId(), expiresAt = null } = more;
    const ownerUserId = newId();
    const source = { kind: 'url' as const, url: `${url}?${SECRET}`, expiresAt };
    return { jobId: newId(), attemptId, accountId: ownerUserId, ownerUserId, source, label: 'Kling' };
  };
  const reportsOf = ({ attemptId }: IngestRequest): Report[] =>
    stage.reports.filter((report) => report.attemptId === attemptId);
  const send = async (request: IngestRequest): Promise<void> => {
    await stage.bus.publish(mediaIngestV1, request, {
      subject: subjects.mediaIngest,
      correlationId: request.jobId,
    });
  };
  const settled = (request: IngestRequest, count = 1): Promise<unknown> =>
    waitFor(() => reportsOf(request).length >= count, { what: `${count} reports of ${request.attemptId}` });
  const assetsOf = ({ attemptId }: IngestRequest) =>
    stage.database.sql.selectFrom('media.assets').selectAll().where('attempt_id', '=', attemptId).execute();
  const keysOf = ({ attemptId }: IngestRequest): Promise<string[]> =>
    keysBelow(stage.store, `attempts/${attemptId}/`);
  /** One delivery to the handler, as the bus would make it. */
  const deliver = (request: IngestRequest, deliveryCount: number, signal = new AbortController().signal) =>
    new MediaController(stage.storage).ingest(request, {
      envelope: { id: newId(), type: '', occurredAt: '', correlationId: '', producer: '', payload: request },
      type: mediaIngestV1.type,
      deliveryCount,
      subject: subjects.mediaIngest,
      signal,
      working: () => undefined,
      headers: {},
    });

  beforeAll(async () => {
    vendor = await ForeignServer.open();
    const env = { FETCH_ALLOW_PRIVATE: `127.0.0.1:${vendor.port}`, INGEST_MAX_BYTES: String(MAX_BYTES) };
    [stage, film] = await Promise.all([raiseStage({ env, logger: log.logger }), makeFilm()]);
  }, 120_000);
  afterAll(async () => {
    await stage.stop();
    await vendor.close();
  });

  it('makes it an asset with the facts and the checksum of what came', async () => {
    const request = linked(vendor.serves('/film.mp4', film));
    await send(request);
    await settled(request);
    const [asset] = await assetsOf(request);
    expect(asset).toMatchObject({
      origin: 'generated',
      job_id: request.jobId,
      content_type: 'video/mp4',
      width: 320,
      height: 180,
      video_codec: 'h264',
      label: 'Kling',
    });
    expect(await keysOf(request)).toEqual([asset?.object_key]);
    const stored = await buffer((await stage.store.get(asset?.object_key ?? '')).body);
    expect(asset).toMatchObject({
      size_bytes: stored.length,
      sha256: createHash('sha256').update(stored).digest('hex'),
    });
    // What came is there byte for byte, and behind it what says that a model made it.
    expect(stored.subarray(0, film.length).equals(film)).toBe(true);
    expect(stored.toString('utf8', film.length)).toContain('trainedAlgorithmicMedia');
    expect((await stage.store.stat(asset?.object_key ?? ''))?.contentType).toBe('video/mp4');
    expect(reportsOf(request)).toEqual([
      { type: 'media.stored.v1', attemptId: request.attemptId, assetId: asset?.asset_id },
    ]);
  });

  it('takes other containers and codecs too, since they are paid for', async () => {
    const [webm, mov] = await Promise.all([makeFilm('libvpx-vp9'), makeFilm('libx264', 'mov')]);
    const requests = [linked(vendor.serves('/film.webm', webm)), linked(vendor.serves('/film.mov', mov))];
    for (const request of requests) await ingest(stage.storage, request, newId());
    const [vp9, quicktime] = (await Promise.all(requests.map(assetsOf))).flat();
    expect(vp9).toMatchObject({ content_type: 'video/webm', video_codec: 'vp9' });
    expect(quicktime).toMatchObject({ content_type: 'video/quicktime', video_codec: 'h264' });
  });

  it('gives one asset and one report, however often the same message is delivered, also at the same time', async () => {
    const request = linked(vendor.serves('/popular.mp4', film));
    const messageId = newId();
    const tries = Array.from({ length: 6 }, () => ingest(stage.storage, request, messageId));
    const outcomes = (await Promise.all(tries)).map(({ outcome }) => outcome);
    await ingest(stage.storage, request, messageId);
    expect(outcomes.sort()).toEqual(['again', 'again', 'again', 'again', 'again', 'stored']);
    const [asset, ...more] = await assetsOf(request);
    expect(more).toEqual([]);
    expect(await keysOf(request)).toEqual([asset?.object_key]);
    await settled(request);
    expect(reportsOf(request)).toHaveLength(1);
    expect(vendor.timesAsked('/popular.mp4')).toBe(6);
  });

  it('tries again after a body that broke off and a server in trouble, and reports only the end', async () => {
    const url = vendor.on('/flaky.mp4', (_request, response) => {
      const turn = vendor.timesAsked('/flaky.mp4');
      if (turn === 1) return response.writeHead(503, { 'retry-after': '0' }).end();
      response.writeHead(200, { 'content-length': String(film.length) });
      if (turn === 2) return response.write(film.subarray(0, 6_000), () => response.destroy());
      return response.end(film);
    });
    const request = linked(url);
    await send(request);
    await settled(request);
    expect(reportsOf(request).map(({ type }) => type)).toEqual(['media.stored.v1']);
    expect(vendor.timesAsked('/flaky.mp4')).toBe(3);
    expect(await keysOf(request)).toHaveLength(1);
  });

  it('takes a film that ends too early for a cut one where nothing marks its end', async () => {
    const url = vendor.on('/unmarked.mp4', (_request, response) => {
      response.socket?.write('HTTP/1.0 200 OK\r\n\r\n');
      response.socket?.end(film.subarray(0, film.length - 100));
    });
    const request = linked(url);
    await expect(deliver(request, 1)).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    expect(await keysOf(request)).toEqual([]);
  });

  it.each([401, 403, 404, 410])('says at once that a link has ended where %i comes', async (status) => {
    const path = `/ended-${status}.mp4`;
    const request = linked(vendor.on(path, (_request, response) => response.writeHead(status).end()));
    await send(request);
    await settled(request);
    expect(reportsOf(request)[0]).toMatchObject({
      code: 'ingest_failed',
      retryable: true,
      reason: 'link_expired',
    });
    expect(vendor.timesAsked(path)).toBe(1);
  });

  it('stores what a fresh link of the same attempt gives', async () => {
    const request = linked(vendor.url('/gone.mp4'));
    await send(request);
    await settled(request);
    await send(linked(vendor.serves('/fresh.mp4', film), request));
    await settled(request, 2);
    expect(reportsOf(request).map(({ type }) => type)).toEqual(['media.failed.v1', 'media.stored.v1']);
  });

  it('takes any trouble past the end of a link for its end', async () => {
    const url = vendor.on('/late.mp4', (_request, response) => response.writeHead(500).end());
    const request = linked(url, { expiresAt: new Date(Date.now() - 1_000).toISOString() });
    expect((await ingest(stage.storage, request, newId())).outcome).toBe('expired');
    await settled(request);
    expect(reportsOf(request)[0]?.reason).toBe('link_expired');
    const punctual = linked(vendor.url('/film.mp4'), { expiresAt: new Date(0).toISOString() });
    expect((await ingest(stage.storage, punctual, newId())).outcome).toBe('stored');
  });

  it('reports on the last delivery what it would try again on any other', async () => {
    const url = vendor.on('/down.mp4', (_request, response) => response.writeHead(500).end());
    const request = linked(url);
    await expect(deliver(request, 11)).rejects.toMatchObject({ kind: 'unavailable' });
    await deliver(request, 12);
    await settled(request);
    expect(reportsOf(request)).toEqual([
      {
        type: 'media.failed.v1',
        attemptId: request.attemptId,
        code: 'ingest_failed',
        retryable: true,
        reason: 'link_unreachable',
      },
    ]);
  });

  it('goes nowhere that is not public, and takes nothing that is no film or too large', async () => {
    const inner = vendor.on('/inner.mp4', (_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    const large = vendor.on('/large.mp4', (_request, response) => {
      response.write(film);
      response.end(Buffer.alloc(MAX_BYTES));
    });
    const page = vendor.serves('/page.mp4', Buffer.from('<html>'.repeat(2_000)));
    const cut = vendor.serves('/cut.mp4', film.subarray(0, film.length - 100));
    const requests = ['http://10.0.0.1/film.mp4', 'file:///etc/passwd', inner, large, page, cut].map((url) =>
      linked(url),
    );
    await Promise.all(requests.map(send));
    await Promise.all(requests.map((request) => settled(request)));
    expect(
      requests.map((request) => reportsOf(request).map(({ code, retryable }) => [code, retryable])),
    ).toEqual([
      [['ingest_failed', false]],
      [['ingest_failed', false]],
      [['ingest_failed', false]],
      [['ingest_failed', false]],
      [['media_invalid', true]],
      [['media_invalid', true]],
    ]);
    for (const request of requests) {
      expect([await assetsOf(request), await keysOf(request)]).toEqual([[], []]);
    }
  });

  it('leaves alone what another delivery of the attempt has fetched when its own link gives nothing', async () => {
    const request = linked(vendor.url('/gone.mp4'));
    const theirs = `attempts/${request.attemptId}/theirs`;
    const opened = await stage.store.get((await keysOf(await stored())).at(0) ?? '');
    await stage.store.put(theirs, opened.body, { contentType: 'video/mp4' });
    expect((await ingest(stage.storage, request, newId())).outcome).toBe('expired');
    expect(await keysOf(request)).toEqual([theirs]);
  });

  it('asks no vendor for what was deleted before, and keeps nothing of what is deleted meanwhile', async () => {
    const before = linked(vendor.serves('/unwanted.mp4', film));
    const bury = ({ ownerUserId, attemptId }: IngestRequest): Promise<void> =>
      deleteMedia(stage.storage, { ownerUserId, assetId: null, attemptId, objectKeys: [] });
    await bury(before);
    expect((await ingest(stage.storage, before, newId())).outcome).toBe('unwanted');
    expect(vendor.timesAsked('/unwanted.mp4')).toBe(0);
    const meanwhile = linked(
      vendor.on('/slow.mp4', (_request, response) => {
        response.write(film.subarray(0, 5_000));
        void bury(meanwhile).then(() => response.end(film.subarray(5_000)));
      }),
    );
    expect((await ingest(stage.storage, meanwhile, newId())).outcome).toBe('unwanted');
    expect(await keysOf(meanwhile)).toEqual([]);
    await settled(meanwhile);
    expect(reportsOf(meanwhile)[0]?.code).toBe('cancelled');
  });

  it('hangs up and asks for another delivery when this one is taken from it, also the last', async () => {
    const stop = new AbortController();
    const hungUp = new Promise<void>((resolve) => {
      vendor.on('/held.mp4', (_request, response) => {
        response.write(film.subarray(0, 5_000), () => stop.abort());
        void once(response, 'close').then(() => resolve());
      });
    });
    const request = linked(vendor.url('/held.mp4'));
    await expect(deliver(request, 12, stop.signal)).rejects.toBeInstanceOf(RetryLater);
    await hungUp;
    expect(await keysOf(request)).toEqual([]);
    expect(reportsOf(request)).toEqual([]);
  });

  it('has told nobody the query of any of these links', async () => {
    expect(log.text()).toContain('fetched a result');
    expect(log.text()).toContain('message failed; it comes again');
    expect(log.text()).not.toContain(SECRET);
    const outbox = await sql`select * from media.outbox`.execute(stage.database.sql);
    const assets = await stage.database.sql.selectFrom('media.assets').selectAll().execute();
    expect(outbox.rows.length).toBeGreaterThan(0);
    expect(JSON.stringify([outbox.rows, assets])).not.toContain(SECRET);
    expect((await stage.bus.streamState('DEAD')).messages).toBe(0);
  });

  async function stored(): Promise<IngestRequest> {
    const request = linked(vendor.serves('/other.mp4', film));
    await ingest(stage.storage, request, newId());
    return request;
  }
});
