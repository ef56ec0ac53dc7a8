import { readFile } from 'node:fs/promises';
import { mediaDeleteV1, subjects } from '@shotloom/contracts';
import { listDead } from '@shotloom/bus';
import type { ObjectStore } from '@shotloom/object-store';
import { samplePath, waitFor } from '@shotloom/testing';
import { deleteMedia, type DeleteRequest } from '../src/deletion/delete-media';
import { registerUpload, type Upload } from '../src/uploads/register-upload';
import { keysBelow, raiseStage, uploaded, type Stage } from './support/stage';

describe('an upload that was given up', () => {
  let stage: Stage;
  let photo: Buffer;
  /** What the gateway sends when it got no answer to a registration. */
  const removalOf = ({ userId, assetId, objectKey }: Upload): DeleteRequest => ({
    ownerUserId: userId,
    assetId,
    attemptId: null,
    objectKeys: [objectKey],
  });

  beforeAll(async () => {
    [stage, photo] = await Promise.all([raiseStage(), readFile(samplePath('chelsea.png'))]);
  }, 120_000);
  afterAll(() => stage.stop());

  it('loses its object although it never became an asset, and is no dead letter', async () => {
    const upload = await uploaded(stage.store, photo);
    const route = { subject: subjects.mediaDelete, correlationId: upload.assetId };
    await stage.bus.publish(mediaDeleteV1, removalOf(upload), route);
    await waitFor(async () => (await keysBelow(stage.store, upload.objectKey)).length === 0, {
      what: 'the object to go',
    });
    await deleteMedia(stage.storage, removalOf(upload));
    expect(await listDead(stage.bus, { limit: 10 })).toEqual([]);
  });

  it('becomes no asset when its registration was still running', async () => {
    const upload = await uploaded(stage.store, photo);
    const overtaken = {
      stat: (key: string) => stage.store.stat(key),
      get: async (key: string) => {
        const object = await stage.store.get(key);
        await deleteMedia(stage.storage, removalOf(upload));
        return object;
      },
    } satisfies Pick<ObjectStore, 'stat' | 'get'>;
    const storage = { ...stage.storage, store: overtaken as unknown as ObjectStore };
    await expect(registerUpload(storage, upload)).rejects.toMatchObject({ code: 'not_found' });
    const rows = stage.database.sql.selectFrom('media.assets').where('asset_id', '=', upload.assetId);
    expect(await rows.selectAll().execute()).toEqual([]);
    expect(await keysBelow(stage.store, upload.objectKey)).toEqual([]);
  });

  it("loses its other objects also where the asset is another user's, which stays", async () => {
    const [theirs, loose] = [await uploaded(stage.store, photo), await uploaded(stage.store, photo)];
    await registerUpload(stage.storage, theirs);
    const removal = { ...removalOf(theirs), ownerUserId: loose.userId };
    const both = { ...removal, objectKeys: [theirs.objectKey, loose.objectKey] };
    await expect(deleteMedia(stage.storage, both)).rejects.toThrow('has no asset');
    expect(await keysBelow(stage.store, theirs.objectKey)).toEqual([theirs.objectKey]);
    expect(await keysBelow(stage.store, loose.objectKey)).toEqual([]);
  });
});
