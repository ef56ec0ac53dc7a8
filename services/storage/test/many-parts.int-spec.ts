import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { sql } from 'kysely';
import { appendUploadRpc } from '@shotloom/contracts';
import { samplePath } from '@shotloom/testing';
import { keysBelow, raiseStage, type Stage } from './support/stage';
import { sha256Of, Visitor } from './support/visitor';

jest.setTimeout(60_000);

describe('a resumable upload', () => {
  let stage: Stage;
  let photo: Buffer;

  beforeAll(async () => {
    [stage, photo] = await Promise.all([raiseStage(), readFile(samplePath('chelsea.png'))]);
  }, 120_000);
  afterAll(() => stage.stop());

  /** What came of it, in pieces of one size. Bytes. */
  const arrive = async (uploadId: string, body: Buffer, size: number): Promise<void> => {
    const parts = Array.from({ length: Math.ceil(body.length / size) }, (_, index) => ({
      upload_id: uploadId,
      from_byte: index * size,
      size_bytes: Math.min(size, body.length - index * size),
      object_key: `incoming/${uploadId}/${index * size}`,
    }));
    for (const { object_key: key, from_byte: from } of parts) {
      const piece = body.subarray(from, from + size);
      await stage.store.put(key, Readable.from([piece]), { contentType: 'application/octet-stream' });
    }
    await stage.database.sql.insertInto('media.upload_parts').values(parts).execute();
    await stage.database.sql
      .updateTable('media.uploads')
      .set({ received_bytes: body.length })
      .where('upload_id', '=', uploadId)
      .execute();
  };

  it('is put together from any number of pieces, in their order', async () => {
    const visitor = new Visitor(stage);
    const { upload } = await visitor.open(photo, { way: 'resumable', sha256: sha256Of(photo) });
    await arrive(upload.uploadId, photo, Math.ceil(photo.length / 700));
    expect(await visitor.complete(upload.uploadId)).toMatchObject({ sha256: sha256Of(photo) });
    expect(await keysBelow(stage.store, `incoming/${upload.uploadId}/`)).toEqual([]);
  });

  it('does not take crumbs without end', async () => {
    const visitor = new Visitor(stage);
    const body = Buffer.alloc(20_000);
    const { upload } = await visitor.open(body, { way: 'resumable' });
    await sql`
      insert into media.upload_parts (upload_id, from_byte, size_bytes, object_key)
      select ${upload.uploadId}, at, 1, 'incoming/' || ${upload.uploadId}::text || '/' || at
      from generate_series(0, 9999) as at`.execute(stage.database.sql);
    await sql`update media.uploads set received_bytes = 10000 where upload_id = ${upload.uploadId}`.execute(
      stage.database.sql,
    );
    const part = { uploadId: upload.uploadId, userId: visitor.userId, fromByte: 10_000, sizeBytes: 1 };
    const objectKey = `incoming/${upload.uploadId}/10000`;
    await expect(stage.bus.request(appendUploadRpc, { ...part, objectKey })).rejects.toMatchObject({
      code: 'conflict',
      details: { reason: 'too_many_parts' },
    });
    expect(await visitor.find(upload.uploadId)).toMatchObject({ state: 'open', receivedBytes: 10_000 });
  });
});
