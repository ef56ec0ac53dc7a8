import { Readable } from 'node:stream';
import { appendUploadRpc, completeUploadRpc, getUploadRpc } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { openDatabase } from '@shotloom/database';
import { silentLogger } from '@shotloom/testing';
import { SCHEMA } from '../src/schema/migrations';
import type { MediaTables } from '../src/schema/tables';
import { appendPart } from '../src/uploads/parts';
import { makeFilm } from './support/films';
import { keysBelow, raiseStage, type Stage } from './support/stage';
import { sha256Of, Visitor } from './support/visitor';

/** Uploads that come in parts, as the gateway brings them. */
jest.setTimeout(60_000);

let stage: Stage;
let film: Buffer;
beforeAll(async () => {
  [stage, film] = await Promise.all([raiseStage(), makeFilm()]);
}, 120_000);
afterAll(() => stage.stop());

async function open(visitor: Visitor): Promise<string> {
  const more = { way: 'resumable' as const, contentType: 'video/mp4', sha256: sha256Of(film) };
  return (await visitor.open(film, more)).upload.uploadId;
}

/** What the gateway does with bytes: the object first, then the row. */
async function put(uploadId: string, from: number, to: number) {
  const objectKey = `incoming/${uploadId}/${from}-${newId()}`;
  const body = Readable.from([film.subarray(from, to)], { objectMode: false });
  await stage.store.put(objectKey, body, { contentType: 'application/octet-stream' });
  return { uploadId, fromByte: from, sizeBytes: to - from, objectKey };
}
const append = async ({ userId }: Visitor, uploadId: string, from: number, to: number) =>
  stage.bus.request(appendUploadRpc, { userId, ...(await put(uploadId, from, to)) });
const partsOf = (uploadId: string) =>
  stage.database.sql
    .selectFrom('media.upload_parts')
    .select(['from_byte', 'size_bytes'])
    .where('upload_id', '=', uploadId)
    .orderBy('from_byte')
    .execute();
/** Bounds of so many parts of about one size. */
const bounds = (parts: number): (readonly [number, number])[] =>
  Array.from({ length: parts }, (_, index) => [
    Math.floor((film.length * index) / parts),
    Math.floor((film.length * (index + 1)) / parts),
  ]);

it('joins parts in the order of their bytes into exactly the file, and leaves none of them', async () => {
  const visitor = new Visitor(stage);
  const uploadId = await open(visitor);
  for (const [from, to] of bounds(12)) await append(visitor, uploadId, from, to);
  const asset = await visitor.complete(uploadId);
  expect(asset).toMatchObject({ sizeBytes: film.length, sha256: sha256Of(film), kind: 'video' });
  const { body } = await stage.store.get(asset.objectKey);
  const bytes = Buffer.concat((await Readable.from(body).toArray()) as Buffer[]);
  expect(sha256Of(bytes)).toBe(sha256Of(film));
  expect(await keysBelow(stage.store, `incoming/${uploadId}/`)).toEqual([]);
});

it('goes on over two replicas, and when one of them has ended', async () => {
  const visitor = new Visitor(stage);
  const uploadId = await open(visitor);
  const [first, second, ...rest] = bounds(10);
  if (!first || !second) throw new Error('no parts');
  await append(visitor, uploadId, ...first);
  const end = await stage.replica();
  await append(visitor, uploadId, ...second);
  for (const [index, [from, to]] of rest.entries()) {
    if (index === 4) await end();
    expect(await append(visitor, uploadId, from, to)).toEqual({ receivedBytes: to });
  }
  expect((await visitor.complete(uploadId)).sha256).toBe(sha256Of(film));
});

it('takes one of many parts for the same place, however many connections bring them at once', async () => {
  const visitor = new Visitor(stage);
  const uploadId = await open(visitor);
  const others = Array.from({ length: 3 }, () =>
    openDatabase<MediaTables>({
      ...{ url: stage.databaseUrl, applicationName: 'replica', outboxSchema: SCHEMA, logger: silentLogger() },
    }),
  );
  const databases = [stage.database, ...others];
  let at = 0;
  for (const [from, to] of bounds(5)) {
    const results = await Promise.allSettled(
      [...databases, ...databases].map(async (database) => {
        const part = { userId: visitor.userId, ...(await put(uploadId, from, to)) };
        return appendPart({ ...stage.storage, database }, part);
      }),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results) {
      if (result.status === 'rejected') {
        expect(result.reason).toMatchObject({ code: 'conflict', details: { received_bytes: to } });
      }
    }
    at = to;
  }
  expect(at).toBe(film.length);
  expect(await partsOf(uploadId)).toHaveLength(5);
  await Promise.all(others.map((database) => database.close()));
  expect((await visitor.complete(uploadId)).sha256).toBe(sha256Of(film));
});

it('takes no part with a gap before it, none beyond the end, and none of another’s upload or elsewhere', async () => {
  const [visitor, stranger] = [new Visitor(stage), new Visitor(stage)];
  const uploadId = await open(visitor);
  const half = Math.floor(film.length / 2);
  await expect(append(visitor, uploadId, half, film.length)).rejects.toMatchObject({ code: 'conflict' });
  await append(visitor, uploadId, 0, half);
  await expect(append(stranger, uploadId, half, film.length)).rejects.toMatchObject({ code: 'not_found' });
  const beyond = { ...(await put(uploadId, half, film.length)), userId: visitor.userId };
  await expect(
    stage.bus.request(appendUploadRpc, { ...beyond, sizeBytes: film.length }),
  ).rejects.toMatchObject({ code: 'conflict' });
  await expect(
    stage.bus.request(appendUploadRpc, { ...beyond, objectKey: `uploads/${newId()}` }),
  ).rejects.toMatchObject({ code: 'invalid_input' });
  await expect(
    stage.bus.request(completeUploadRpc, { uploadId, userId: visitor.userId }),
  ).rejects.toMatchObject({
    code: 'conflict',
    details: { received_bytes: half, size_bytes: film.length },
  });
  const question = { uploadId, userId: visitor.userId };
  expect((await stage.bus.request(getUploadRpc, question)).upload).toMatchObject({ receivedBytes: half });
});
