import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { newId } from '@shotloom/kernel';
import { ingest, type IngestRequest } from '../src/ingest/ingest';
import { makeFilm } from './support/films';
import { raiseStage, type Stage } from './support/stage';
import { ForeignServer } from '@shotloom/testing';

const MIB = 1024 ** 2;
const PADDING = 300 * MIB;
/** Half of what flows through. What is not collected yet, the vendor's in this process too, takes less; holding the video takes more. */
const MAX_GROWTH = 150 * MIB;

describe('the memory that a large video takes', () => {
  let stage: Stage;
  let vendor: ForeignServer;

  beforeAll(async () => {
    vendor = await ForeignServer.open();
    stage = await raiseStage({ env: { FETCH_ALLOW_PRIVATE: `127.0.0.1:${vendor.port}` } });
  }, 120_000);
  afterAll(async () => {
    await stage.stop();
    await vendor.close();
  });

  it('does not grow with it', async () => {
    const film = await makeFilm();
    vendor.serves('/small.mp4', film);
    const hash = createHash('sha256');
    vendor.on('/large.mp4', (_request, response) => {
      Readable.from(padded(film, (chunk) => hash.update(chunk))).pipe(response);
    });
    await ingest(stage.storage, linked(vendor.url('/small.mp4')), newId());
    const { settled, growth } = await watchingMemory(() =>
      ingest(stage.storage, linked(vendor.url('/large.mp4')), newId()),
    );
    const { asset } = settled;
    expect(asset?.width).toBe(320);
    // What came, and behind it the label.
    const came = createHash('sha256');
    const kept = createHash('sha256');
    let left = film.length + PADDING;
    for await (const chunk of (await stage.storage.store.get(asset?.object_key ?? ''))
      .body as AsyncIterable<Buffer>) {
      came.update(chunk.subarray(0, left));
      kept.update(chunk);
      left -= Math.min(left, chunk.length);
    }
    expect(came.digest('hex')).toBe(hash.digest('hex'));
    expect(asset?.sha256).toBe(kept.digest('hex'));
    expect(asset?.size_bytes).toBeGreaterThan(film.length + PADDING);
    expect(growth).toBeLessThan(MAX_GROWTH);
  }, 120_000);
});

/** A film that still plays with a great box behind it, which players step over. */
function* padded(film: Buffer, sent: (chunk: Buffer) => void): Generator<Buffer> {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(PADDING);
  head.write('free', 4, 'latin1');
  const mebibyte = Buffer.alloc(MIB);
  const last = mebibyte.subarray(head.length);
  for (const chunk of [film, head, ...Array<Buffer>(PADDING / MIB - 1).fill(mebibyte), last]) {
    sent(chunk);
    yield chunk;
  }
}

/** How far the resident memory of this process rose above where it was, in bytes. */
async function watchingMemory<T>(work: () => Promise<T>): Promise<{ settled: T; growth: number }> {
  const before = process.memoryUsage.rss();
  let highest = before;
  const watch = setInterval(() => {
    highest = Math.max(highest, process.memoryUsage.rss());
  }, 10);
  try {
    const settled = await work();
    return { settled, growth: highest - before };
  } finally {
    clearInterval(watch);
  }
}

function linked(url: string): IngestRequest {
  const [attemptId, ownerUserId] = [newId(), newId()];
  const source = { kind: 'url' as const, url, expiresAt: null };
  return { jobId: newId(), attemptId, accountId: ownerUserId, ownerUserId, source, label: null };
}
