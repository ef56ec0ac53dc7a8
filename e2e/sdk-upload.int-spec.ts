import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { ShotloomClient } from '@shotloom/sdk';
import { Line } from '@shotloom/testing';
import { startGateway, type GatewayFixture, type TestUser } from '../services/gateway/test/gateway-fixture';
import { shotloom, type Called } from '../tools/cli/test/shotloom';

/** The client and the command line against the real door and object store, over a line that is cut. */
jest.setTimeout(120_000);

const MIB = 1024 * 1024;
const FILM = randomBytes(20 * MIB);
const sha256 = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

let gateway: GatewayFixture;
let line: Line;
let user: TestUser;
let client: ShotloomClient;
beforeAll(async () => {
  gateway = await startGateway();
  line = await Line.to(gateway.url);
  user = await gateway.addUser();
  client = new ShotloomClient({
    ...{ baseUrl: line.url, apiKey: user.apiKey },
    backoff: { baseMs: 20, maxMs: 200 },
  });
});
afterAll(async () => {
  await line.close();
  await gateway.close();
});

const film = (): Blob => new Blob([new Uint8Array(FILM)], { type: 'video/mp4' });

/** What arrived, in the order of its bytes. */
async function arrived(id: string): Promise<Buffer> {
  const parts: { from: number; bytes: Buffer }[] = [];
  for await (const { key } of gateway.store.list(`incoming/${id}/`)) {
    const { body } = await gateway.store.get(key);
    const bytes = Buffer.concat((await Readable.from(body).toArray()) as Buffer[]);
    parts.push({ from: Number(key.split('/').at(-1)?.split('-')[0]), bytes });
  }
  return Buffer.concat(parts.toSorted((one, other) => one.from - other.from).map(({ bytes }) => bytes));
}

it('brings a file whole over a line that is cut in the middle, and tells how far it is', async () => {
  line.cutAfter = 11 * MIB;
  const seen: number[] = [];
  let address = '';
  const stored = await client.uploadResumable(film(), {
    fileName: 'Fähre am Kai.mp4',
    onBegun: (begun) => (address = begun),
    onProgress: (sent, total) => {
      expect(total).toBe(FILM.length);
      seen.push(sent);
    },
  });
  expect(line.cuts).toBe(1);
  expect(stored).toMatchObject({ size_bytes: FILM.length, file_name: 'Fähre am Kai.mp4' });
  expect(sha256(await arrived(address.split('/').at(-1) ?? ''))).toBe(sha256(FILM));
  expect(seen).toEqual(seen.toSorted((one, other) => one - other));
  expect([seen[0], seen.at(-1)]).toEqual([0, FILM.length]);
});

it('goes on where it was given up, in another client, and sends no byte twice', async () => {
  const end = new AbortController();
  let address = '';
  const first = client.uploadResumable(film(), {
    ...{ signal: end.signal, onBegun: (begun: string) => (address = begun) },
    onProgress: (sent) => {
      if (sent >= 8 * MIB) end.abort(new Error('enough'));
    },
  });
  await expect(first).rejects.toThrow('enough');
  const other = new ShotloomClient({ baseUrl: gateway.url, apiKey: user.apiKey });
  const seen: number[] = [];
  const stored = await other.uploadResumable(film(), {
    resume: address,
    onProgress: (sent) => seen.push(sent),
  });
  expect(seen[0]).toBeGreaterThanOrEqual(8 * MIB);
  expect(stored.size_bytes).toBe(FILM.length);
  expect(sha256(await arrived(address.split('/').at(-1) ?? ''))).toBe(sha256(FILM));
  const again = await other.uploadResumable(film(), { resume: address });
  expect(again.asset_id).toBe(stored.asset_id);
});

it("goes on with nothing of another's, and gives up at once what cannot be", async () => {
  let address = '';
  await client.uploadResumable(new Blob([new Uint8Array(10)]), { onBegun: (begun) => (address = begun) });
  const stranger = await gateway.addUser();
  const theirs = new ShotloomClient({ baseUrl: gateway.url, apiKey: stranger.apiKey });
  await expect(theirs.uploadResumable(film(), { resume: address })).rejects.toMatchObject({ status: 404 });
  const reader = await gateway.addUser(['read']);
  const reading = new ShotloomClient({ baseUrl: gateway.url, apiKey: reader.apiKey });
  await expect(reading.uploadResumable(film())).rejects.toMatchObject({ code: 'forbidden' });
});

it('is a command with a bar, which says how to go on where it was cut off', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shotloom-upload-'));
  const path = join(folder, 'film.mp4');
  await writeFile(path, FILM);
  const call = (args: readonly string[], more: Partial<Called> = {}) =>
    shotloom(args, { url: line.url, apiKey: user.apiKey, ...more });
  const end = new AbortController();
  let lines = 0;
  const cut = await call(['upload', path], {
    signal: end.signal,
    onErr: () => {
      lines += 1;
      if (lines === 2) end.abort();
    },
  });
  expect(cut.code).toBe(130);
  const [, address = ''] = /--resume (\S+)/.exec(cut.err) ?? [];
  expect(address).not.toBe('');
  const rest = await call(['upload', path, '--resume', address]);
  expect(rest).toMatchObject({ code: 0, err: expect.stringMatching(/#\] {2}100 % {2}film\.mp4/) as string });
  expect(rest.out).toContain('/api/v1/assets/');
  const json = await call(['upload', path, '--json']);
  expect(json.err).toBe('');
  expect(JSON.parse(json.out)).toMatchObject({ size_bytes: FILM.length });
  expect((await call(['upload', join(folder, 'nothing')])).code).toBe(2);
  await rm(folder, { recursive: true });
});
