import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'minio';
import { startSwift, type SwiftServer } from '@shotloom/testing';
import { openObjectStore, type S3ObjectStore, type S3StoreConfig } from '../src/index';
import { describeObjectStore } from './object-store.contract';
import { blocks, MIB } from './test-bodies';

// Real disks and real programs, on machines that may be busy with more.
jest.setTimeout(60_000);

let folder: string;
let swift: SwiftServer | undefined;
let pageSize: number;
let config: S3StoreConfig;
let store: S3ObjectStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'swift-'));
  swift = await startSwift({ dataDir: folder });
  const { endpoint, accessKey, secretKey, region } = swift;
  pageSize = swift.pageSize;
  config = {
    kind: 's3',
    endpoint,
    accessKey,
    secretKey,
    region,
    bucket: `test-${randomBytes(6).toString('hex')}`,
  };
  store = openObjectStore(config);
  await store.ensureBucket();
  await store.ensureBucket();
}, 180_000);

afterAll(async () => {
  await swift?.stop();
  await rm(folder, { recursive: true });
});

/** Uploads that were begun and neither finished nor aborted. */
const leftovers = async (): Promise<number> => {
  const { hostname, port } = new URL(config.endpoint);
  const client = new Client({ ...config, endPoint: hostname, port: Number(port), useSSL: false });
  const { uploads } = await client.listIncompleteUploadsQuery(config.bucket, '', '', '', '');
  return uploads.length;
};

describeObjectStore('S3', () => ({ store, leftovers, pageSize }));

describe('the S3 store', () => {
  it('signs for the public address and not for its own', async () => {
    const fronted = openObjectStore({ ...config, publicEndpoint: 'https://media.example.org' });
    const url = await fronted.signGet('a/b.mp4', { expiresInSeconds: 60 });
    expect(url).toMatch(new RegExp(`^https://media\\.example\\.org/${config.bucket}/a/b\\.mp4\\?`));
  });

  it('says what is wrong with wrong keys and a missing bucket', async () => {
    const stranger = openObjectStore({ ...config, secretKey: 'wrong' });
    await expect(stranger.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    const nowhere = openObjectStore({ ...config, bucket: 'there-is-none' });
    await expect(nowhere.ping()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is unavailable, and worth another try, where nobody listens', async () => {
    const gone = openObjectStore({ ...config, endpoint: 'http://127.0.0.1:1' });
    await expect(gone.ping()).rejects.toMatchObject({ code: 'unavailable', retryable: true });
    await expect(gone.put('a', blocks(1, 10), { contentType: 'text/plain' })).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
    });
  });

  it('gives random access for probing', async () => {
    await store.put('probed', blocks(2, MIB), { contentType: 'video/mp4' });
    const reader = await store.openReader('probed');
    expect(reader.size).toBe(2 * MIB);
    expect(Buffer.from(await reader.read(MIB, MIB + 4)).readUInt32BE(0)).toBe(1);
    expect(await reader.read(5, 5)).toHaveLength(0);
  });
});
