import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AllowList, GuardedFetcher } from '@shotloom/guarded-http';
import { newId } from '@shotloom/kernel';
import { samplePath } from '@shotloom/testing';
import type { Storage } from '../src/app.tokens';
import { importMedia } from '../src/imports/import-media';
import { createImporter } from '../src/start-storage';
import { insertUpload } from '../src/uploads/open-upload';
import { makeFilm } from './support/films';
import { raiseStage, type Stage } from './support/stage';
import { LIMITS, sha256Of, Visitor } from './support/visitor';

jest.setTimeout(60_000);

/** The one server that may be reached although it is not public, by this name only. */
const NAME = 'files.test';
const PIECE = Buffer.alloc(64 * 1024, 7);

let stage: Stage;
let photo: Buffer;
let film: Buffer;
let server: Server;
let port: number;
let asked: string[];

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const routes: Record<string, Handler> = {
  '/cat.png': (_, response) => response.end(photo),
  '/film': (_, response) => response.setHeader('content-type', 'text/plain').end(film),
  '/page': (_, response) => response.setHeader('content-type', 'image/png').end('<html>no picture</html>'),
  '/gone': (_, response) => response.writeHead(404).end(),
  '/moved': (_, response) => response.writeHead(302, { location: '/cat.png' }).end(),
  '/to-private': (_, response) =>
    response.writeHead(302, { location: `http://127.0.0.1:${port}/cat.png` }).end(),
  '/to-metadata': (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
  '/to-file': (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/declared': (_, response) => response.writeHead(200, { 'content-length': String(10 ** 9) }).write(photo),
  '/endless': (_, response) => {
    response.write(photo.subarray(0, 5_000));
    const more = (): void => {
      while (response.write(PIECE));
      response.once('drain', more);
    };
    more();
    response.on('error', () => undefined);
  },
  '/slow': (_, response) => void response.write(photo.subarray(0, 100)),
};

beforeAll(async () => {
  // What vendors may be fetched from is nothing to users: all that is refused below is refused although it is listed here.
  const env = { FETCH_ALLOW_PRIVATE: '127.0.0.0/8,10.0.0.0/8,localhost,::1/128' };
  [stage, photo, film] = await Promise.all([
    raiseStage({ env }),
    readFile(samplePath('chelsea.png')),
    makeFilm(),
  ]);
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const route = routes[request.url ?? ''];
    if (route) route(request, response);
    else response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
}, 120_000);
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stage.stop();
});
beforeEach(() => (asked = []));

/** Resolves the name to our server, which `allow` lists; everything else as it is. */
function through(more: ConstructorParameters<typeof GuardedFetcher>[0] = {}): Storage {
  const importer = new GuardedFetcher({
    allow: AllowList.parse(`${NAME}:${port}`),
    resolve: () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
    totalMs: 5_000,
    idleMs: 500,
    ...more,
  });
  return { ...stage.storage, importer };
}

interface Imported {
  readonly visitor: Visitor;
  readonly uploadId: string;
}

/** An import without its message, done here: so that the guard can be one of the test's own. */
async function importHere(url: string, storage = through(), visitor = new Visitor(stage)): Promise<Imported> {
  const uploadId = newId();
  const { userId, accountId, limits } = visitor;
  await stage.database.run((tx) =>
    insertUpload(tx, {
      uploadId,
      userId,
      accountId,
      limits,
      fileName: null,
      way: 'import',
      url,
      seconds: 60,
    }),
  );
  await importMedia(storage, uploadId, { isLast: true });
  return { visitor, uploadId };
}
const at = (path: string): string => `http://${NAME}:${port}${path}`;
const failureOf = async ({ visitor, uploadId }: Imported) => {
  const upload = await visitor.find(uploadId);
  return { state: upload?.state, code: upload?.error?.code, reason: upload?.error?.details?.['reason'] };
};
const nothingKept = async ({ uploadId }: Imported): Promise<void> => {
  for await (const { key } of stage.store.list(`uploads/${uploadId}/`)) throw new Error(`${key} was kept`);
};

it.each([
  ['a picture', '/cat.png', 'image/png'],
  ['a video, whatever its server calls it', '/film', 'video/mp4'],
  ['what a redirect leads to', '/moved', 'image/png'],
])('imports %s, once', async (_, path, contentType) => {
  const imported = await importHere(at(path));
  const { visitor, uploadId } = imported;
  expect(await visitor.find(uploadId)).toMatchObject({
    state: 'completed',
    way: 'import',
    asset: { contentType, ownerUserId: visitor.userId, sha256: sha256Of(path === '/film' ? film : photo) },
  });
  await importMedia(through(), uploadId, { isLast: true });
  expect(asked.filter((url) => url === path)).toHaveLength(1);
  const row = stage.database.sql.selectFrom('media.uploads').select('source_url');
  expect(await row.where('upload_id', '=', uploadId).execute()).toEqual([{ source_url: null }]);
});

it('is the asset that the user has of it already', async () => {
  const visitor = new Visitor(stage);
  const asset = await visitor.upload(photo);
  const { uploadId } = await importHere(at('/cat.png'), through(), visitor);
  expect((await visitor.find(uploadId))?.asset).toEqual(asset);
});

it.each([
  ['a page that says it is a picture', '/page', 'media_invalid', 'import_wrong_type'],
  ['nothing there', '/gone', 'invalid_input', 'import_not_there'],
  ['more than is allowed, and says so', '/declared', 'payload_too_large', 'import_too_large'],
  ['more than is allowed, and does not say so', '/endless', 'payload_too_large', 'import_too_large'],
  ['nothing more after its first bytes', '/slow', 'unavailable', 'import_unavailable'],
  ['a redirect to a private address', '/to-private', 'invalid_input', 'import_refused'],
  ['a redirect to a metadata host', '/to-metadata', 'invalid_input', 'import_refused'],
  ['a redirect to a file', '/to-file', 'invalid_input', 'import_refused'],
])('a server with %s gives nothing, and the user is told why', async (_, path, code, reason) => {
  const imported = await importHere(at(path));
  expect(await failureOf(imported)).toEqual({ state: 'failed', code, reason });
  await nothingKept(imported);
});

it.each([
  ['loopback', 'http://127.0.0.1/'],
  ['loopback by name', 'http://localhost/'],
  ['a decimal address', 'http://2130706433/'],
  ['an octal address', 'http://0177.0.0.1/'],
  ['a hexadecimal address', 'http://0x7f000001/'],
  ['a short address', 'http://127.1/'],
  ['a metadata host', 'http://169.254.169.254/latest/meta-data/'],
  ['a private address', 'http://10.0.0.7/'],
  ['IPv6 loopback', 'http://[::1]/'],
  ['an address hidden in IPv6', 'http://[::ffff:127.0.0.1]/'],
  ['the same in hexadecimal', 'http://[::ffff:7f00:1]/'],
  ['a NAT64 address', 'http://[64:ff9b::7f00:1]/'],
  ['an IPv6 metadata host', 'http://[fd00:ec2::254]/'],
  ['a file', 'file:///etc/passwd'],
  ['credentials', 'http://user:secret@files.test/'],
  ['the port of a database', 'http://files.test:5432/'],
])('never goes to %s', async (_, url) => {
  const imported = await new Visitor(stage).import(url);
  expect(imported).toMatchObject({ state: 'failed', error: { code: 'invalid_input' } });
  expect(imported.error?.details).toEqual({ reason: 'import_refused' });
  expect(imported.error?.message).not.toContain('secret');
});

it('never goes where only vendors may be fetched from, and goes where the operator lets users', async () => {
  const url = `http://127.0.0.1:${port}/cat.png`;
  expect(await new Visitor(stage).import(url)).toMatchObject({
    state: 'failed',
    error: { details: { reason: 'import_refused' } },
  });
  expect(asked).toEqual([]);
  const allow = AllowList.parse(`127.0.0.1:${port}`);
  const importer = createImporter({ IMPORT_ALLOW_PRIVATE: allow, IMPORT_MAX_SECONDS: 5 });
  const { visitor, uploadId } = await importHere(url, { ...stage.storage, importer });
  expect(await visitor.find(uploadId)).toMatchObject({ state: 'completed' });
});

it('looks again where a name leads after a redirect, and never goes where it leads then', async () => {
  const answers = ['127.0.0.1', '10.0.0.7'];
  const rebinding = through({
    allow: AllowList.parse('127.0.0.1'),
    resolve: () => Promise.resolve([{ address: answers.shift() ?? '10.0.0.7', family: 4 }]),
  });
  expect((await failureOf(await importHere(at('/moved'), rebinding))).reason).toBe('import_refused');
  expect([asked, answers]).toEqual([['/moved'], []]);
});

it('refuses a name that means a public and a private address at once', async () => {
  const addresses = ['93.184.215.14', '127.0.0.1'].map((address) => ({ address, family: 4 }));
  const both = through({ allow: new AllowList(), resolve: () => Promise.resolve(addresses) });
  expect((await failureOf(await importHere(at('/cat.png'), both))).reason).toBe('import_refused');
  expect(asked).toEqual([]);
});

it('has no room where the quota is used up', async () => {
  const visitor = new Visitor(stage, { ...LIMITS, quotaBytes: 1_000 });
  const imported = await importHere(at('/cat.png'), through(), visitor);
  expect(await failureOf(imported)).toEqual({ state: 'failed', code: 'conflict', reason: 'storage_quota' });
  await nothingKept(imported);
});

it('is tried again where another try may get it, and not where the upload was given up meanwhile', async () => {
  const uploadId = newId();
  const { userId, accountId, limits } = new Visitor(stage);
  const url = at('/slow');
  await stage.database.run((tx) =>
    insertUpload(tx, {
      uploadId,
      userId,
      accountId,
      limits,
      fileName: null,
      way: 'import',
      url,
      seconds: 60,
    }),
  );
  await expect(importMedia(through(), uploadId, { isLast: false })).rejects.toThrow('sent nothing more');
  await stage.database.sql
    .updateTable('media.uploads')
    .set({ state: 'cancelled', ended_at: new Date(), source_url: null })
    .where('upload_id', '=', uploadId)
    .execute();
  asked = [];
  await importMedia(through(), uploadId, { isLast: false });
  expect(asked).toEqual([]);
});
