import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VendorHttpClient, type VendorHttpRequest } from '../src/vendor/vendor-http-client';
import { InlineFile } from '../src/vendor/json-body';

let server: Server;
let requests: string[];
let answer: (request: IncomingMessage, body: Buffer, response: ServerResponse) => void;
let baseUrl: string;

beforeEach(async () => {
  requests = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, Buffer.concat(chunks), response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const send = (more: Partial<VendorHttpRequest> = {}, options: { maxResponseBytes?: number } = {}) =>
  new VendorHttpClient({ provider: 'vendor', baseUrl, ...options }).send({
    method: 'POST',
    path: '/videos',
    json: { prompt: 'a' },
    effect: 'creates',
    secrets: ['sk-secret'],
    ...more,
  });

it('sends a file inside JSON with its length said before, and reads JSON', async () => {
  answer = ({ headers }, body, response) => {
    response.end(
      JSON.stringify({ length: headers['content-length'], got: JSON.parse(body.toString()) as unknown }),
    );
  };
  const bytes = Buffer.alloc(300_001, 7);
  const image = new InlineFile(bytes.length, async () =>
    (async function* () {
      yield bytes.subarray(0, 100_000);
      yield bytes.subarray(100_000);
    })(),
  );
  const { status, body } = await send({ json: { image }, query: { a: 'ü' } });
  const got = { image: bytes.toString('base64') };
  expect({ status, body }).toEqual({
    status: 200,
    body: { length: `${JSON.stringify(got).length}`, got },
  });
  expect(requests).toEqual(['POST /api/videos?a=%C3%BC']);
});

it('gives any status back, and undefined for what is not JSON', async () => {
  answer = (_request, _body, response) => response.writeHead(502).end('<html>sk-secret</html>');
  expect(await send()).toMatchObject({ status: 502, body: undefined, excerpt: '<html>[secret]</html>' });
});

it('does not follow a redirect, which could carry the key elsewhere', async () => {
  answer = (_request, _body, response) => response.writeHead(307, { location: '/other' }).end();
  expect(await send()).toMatchObject({ status: 307 });
  expect(requests).toHaveLength(1);
});

it('never sends again when the connection is cut after the request, and calls that uncertain', async () => {
  answer = (request) => request.socket.destroy();
  await expect(send()).rejects.toMatchObject({ code: 'submit_unknown', outcome: 'unknown' });
  await expect(send({ method: 'GET', json: undefined, effect: 'reads' })).rejects.toMatchObject({
    code: 'provider_unavailable',
    retryable: true,
  });
  expect(requests).toHaveLength(2);
});

it('calls an answer that breaks off uncertain', async () => {
  answer = (request, _body, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"id":', () => request.socket.destroy());
  };
  await expect(send()).rejects.toMatchObject({ code: 'submit_unknown' });
});

it('calls a refused connection a refusal', async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await expect(send()).rejects.toMatchObject({ code: 'provider_unavailable', outcome: 'refused' });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

it('ends at the deadline, also while it reads; and when its caller stops it', async () => {
  answer = (_request, _body, response) => void response.writeHead(200).write('{');
  await expect(send({ timeoutMs: 80 })).rejects.toMatchObject({ code: 'submit_unknown' });
  await expect(send({ timeoutMs: 80, effect: 'reads' })).rejects.toMatchObject({ code: 'provider_timeout' });
  await expect(send({ effect: 'reads', signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
    code: 'cancelled',
  });
  const sent = requests.length;
  await expect(send({ signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
    outcome: 'refused',
  });
  expect(requests).toHaveLength(sent);
});

it('reads no more than it may', async () => {
  answer = (_request, _body, response) => response.end('x'.repeat(10_000));
  await expect(send({ effect: 'reads' }, { maxResponseBytes: 5_000 })).rejects.toThrow('larger than 5000');
});

it('calls it a refusal when our own input could not be read, since the body was never whole', async () => {
  answer = (_request, _body, response) => response.end('{}');
  const image = new InlineFile(10, () => Promise.reject(new Error('the store is away')));
  await expect(send({ json: { image } })).rejects.toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('store is away') as string,
  });
  expect(requests).toEqual([]);
});
