import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { startGateway, call, problem, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let behind: Server;
const handshakes: IncomingMessage[] = [];
const reads: IncomingMessage[] = [];
const BODY_SECONDS = 1;

beforeAll(async () => {
  behind = createServer((request, response) => {
    reads.push(request);
    request.resume().on('end', () => response.writeHead(200).end('ok'));
  });
  behind.on('upgrade', (request, socket) => {
    handshakes.push(request);
    socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(behind.address() as AddressInfo).port}`;
  gateway = await startGateway({
    STORAGE_URL: url,
    NOTIFIER_URL: url,
    BODY_SECONDS: String(BODY_SECONDS),
  });
  user = await gateway.addUser();
});
afterAll(async () => {
  await gateway.close();
  behind.closeAllConnections();
  await new Promise((resolve) => behind.close(resolve));
});

interface Raw {
  readonly socket: Socket;
  /** All that came, once the gateway has closed the connection. */
  readonly ended: Promise<string>;
}

/** What no client library would send. */
function send(...lines: readonly string[]): Raw {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.setTimeout(10_000, () => socket.destroy());
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  return { socket, ended };
}

/** One byte now and then, until the connection ends. */
function trickle({ socket, ended }: Raw, everyMs: number, byte = ' '): Promise<string> {
  const timer = setInterval(() => socket.write(byte), everyMs);
  return ended.finally(() => clearInterval(timer));
}

const lives = async (): Promise<void> =>
  expect((await call(gateway, '/api/v1/health', null)).status).toBe(200);

describe('a handshake with odd headers', () => {
  const handshake = (...headers: readonly string[]): Promise<string> =>
    send(
      'GET /ws/jobs/1?ticket=tk_x&after=%20y HTTP/1.1',
      'Host: video.example',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
      ...headers,
    ).ended;

  it.each([
    ['a trailer', ['Trailer: x']],
    ['a trailer and chunks', ['Trailer: x', 'Transfer-Encoding: chunked']],
    ['a length', ['Content-Length: 5']],
    ['an expectation', ['Expect: 100-continue']],
    ['another expectation', ['Expect: the-moon']],
    ['bytes that are no text', ['X-Odd: \u0080\u00ff', 'Cookie: \u00fe=\u0081']],
    [
      'two hosts of authority',
      ['Proxy-Authorization: x', 'Keep-Alive: timeout=x', 'TE: trailers', 'HTTP2-Settings: x'],
    ],
    ['names that JavaScript knows', ['__proto__: x', 'constructor: y', 'toString: z']],
    ['eighty headers', Array.from({ length: 80 }, (_, index) => `X-Weird-${index}!#$%&'*+.^_\`|~: ${index}`)],
    ['a space in a name', ['Bad Name: x']],
    ['a NUL', ['X-Nul: a\u0000b']],
  ])('is answered: %s', async (_, headers) => {
    expect(await handshake(...headers)).toMatch(/^HTTP\/1\.1 4\d\d /);
    await lives();
  });

  it('reaches notifier with its query, its own headers, and nothing that is an order to us', async () => {
    await handshake('Trailer: x', 'Origin: https://a.example', 'X-Request-Id: trace-1', 'X-Other: y');
    const { url, headers } = handshakes.at(-1) ?? { url: '', headers: {} };
    expect(url).toBe('/ws/jobs/1?ticket=tk_x&after=%20y');
    expect(headers).toEqual({
      host: 'video.example',
      connection: 'Upgrade',
      upgrade: 'websocket',
      origin: 'https://a.example',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-version': '13',
      'x-forwarded-for': expect.stringContaining('127.0.0.1') as string,
      'x-request-id': 'trace-1',
    });
  });

  it.each([
    ['an address that is none', '/ws/\u00e9\u0080', 'websocket'],
    ['another protocol', '/ws/jobs/1', 'h2c'],
  ])('is refused as a problem: %s', async (_, path, upgrade) => {
    const { ended } = send(`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: Upgrade', `Upgrade: ${upgrade}`);
    const text = await ended;
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(text).toContain('application/problem+json');
    await lives();
  });
});

describe('media with odd headers', () => {
  it.each([
    ['an expectation', ['Expect: 100-continue']],
    ['an odd connection', ['Connection: close, host, range, \u00ff']],
    ['a trailer', ['Trailer: x', 'TE: trailers']],
    ['another host', ['X-Forwarded-Host: evil', 'Proxy-Connection: x', 'Keep-Alive: x', 'Upgrade: h2c']],
    ['a body', ['Content-Length: 0', 'Content-Type: nonsense']],
  ])('are read: %s', async (_, headers) => {
    const close = headers.some((header) => header.startsWith('Connection')) ? [] : ['Connection: close'];
    const { ended } = send(
      'GET /media/a.mp4?sig=1 HTTP/1.1',
      'Host: x',
      'Range: bytes=2-4',
      ...headers,
      ...close,
    );
    expect(await ended).toMatch(/HTTP\/1\.1 200 /);
    const names = Object.keys(reads.at(-1)?.headers ?? {});
    expect(['connection', 'host', 'range', 'x-request-id']).toEqual(expect.arrayContaining(names));
    expect(reads.at(-1)?.headers.range).toBe('bytes=2-4');
  });

  it('take a file with its length', async () => {
    const { ended, socket } = send(
      'PUT /media/k?sig=1 HTTP/1.1',
      'Host: x',
      'Connection: close',
      'Expect: 100-continue',
      'Content-Type: image/png',
      'Content-Length: 3',
    );
    socket.write('abc');
    expect(await ended).toMatch(/HTTP\/1\.1 200 /);
    expect(reads.at(-1)?.headers).toMatchObject({ 'content-type': 'image/png', 'content-length': '3' });
  });

  it.each([
    '/media/..%2f..%2fhealth',
    '/media/%2e%2e/x',
    '/media/%ff',
    '/media//../x',
    '/media/a%00/..%5c..',
  ])('say no to %s as a problem', async (path) => {
    const before = reads.length;
    const text = await send(`GET ${path} HTTP/1.1`, 'Host: x', 'Connection: close').ended;
    if (reads.length > before) {
      expect(reads.at(-1)?.url).toMatch(/^\/media\//);
      return;
    }
    expect(text).toMatch(/^HTTP\/1\.1 40[04] /);
    expect(text).toContain('application/problem+json');
  });
});

describe('a body that does not come', () => {
  const post = (path: string, ...headers: readonly string[]): Raw =>
    send(`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Length: 100000', ...headers);
  const key = (): string => `Authorization: Bearer ${user.apiKey}`;
  const JSON_TYPE = 'Content-Type: application/json';
  const FORM_TYPE = 'Content-Type: multipart/form-data; boundary=b';
  const FILE = '--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n';
  const JPEG_HEAD = Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex');
  const stored = async (): Promise<number> => {
    let count = 0;
    for await (const _ of gateway.store.list('')) count += 1;
    return count;
  };

  it.each([
    ['/api/v1/generate/text-to-video', JSON_TYPE],
    ['/api/v1/upload', FORM_TYPE],
  ])('is not waited for at %s without a key, and the connection ends', async (path, type) => {
    const startedAt = performance.now();
    const raws = Array.from({ length: 20 }, () => post(path, type));
    for (const text of await Promise.all(raws.map((raw) => trickle(raw, 100)))) {
      expect(text).toMatch(/^HTTP\/1\.1 401 /);
      expect(text).toContain('application/problem+json');
    }
    expect(performance.now() - startedAt).toBeLessThan(10_000 * BODY_SECONDS);
  });

  it('counts for nothing without a key: neither its size nor its form is looked at', async () => {
    const big = send(
      'POST /api/v1/generate/text-to-video HTTP/1.1',
      'Host: x',
      'Content-Length: 99999999',
      JSON_TYPE,
    );
    expect(await big.ended).toMatch(/^HTTP\/1\.1 401 /);
    const broken = { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } };
    expect((await call(gateway, '/api/v1/generate/text-to-video', null, broken)).status).toBe(401);
  });

  it('ends a request with JSON, although bytes keep coming', async () => {
    const text = await trickle(post('/api/v1/generate/text-to-video', JSON_TYPE, key()), 100);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(JSON.parse(text.slice(text.indexOf('{')))).toMatchObject(problem(408, 'invalid_input'));
  });

  it('ends at an address that is not there', async () => {
    expect(await trickle(post('/api/v1/nothing', JSON_TYPE), 100)).toMatch(/^HTTP\/1\.1 40[48] /);
  });

  it('ends an upload that stands still, and leaves nothing behind', async () => {
    const raw = post('/api/v1/upload', FORM_TYPE, key());
    raw.socket.write(FILE);
    raw.socket.write(Buffer.concat([JPEG_HEAD, Buffer.alloc(10_000)]));
    const text = await raw.ended;
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(text).toContain('nothing was kept');
    expect(await stored()).toBe(0);
  });

  it('lets an upload take its time while bytes come', async () => {
    const raw = send(
      'POST /api/v1/upload HTTP/1.1',
      'Host: x',
      'Connection: close',
      'Transfer-Encoding: chunked',
      FORM_TYPE,
      key(),
    );
    const chunk = (bytes: Buffer | string): void => {
      raw.socket.write(`${bytes.length.toString(16)}\r\n`);
      raw.socket.write(bytes);
      raw.socket.write('\r\n');
    };
    chunk(FILE);
    chunk(JPEG_HEAD);
    await new Promise<void>((resolve) => {
      const endsAt = performance.now() + 2_500 * BODY_SECONDS;
      const timer = setInterval(() => {
        chunk('x');
        if (performance.now() < endsAt) return;
        clearInterval(timer);
        resolve();
      }, 100);
    });
    chunk('\r\n--b--\r\n');
    raw.socket.write('0\r\n\r\n');
    expect(await raw.ended).toMatch(/^HTTP\/1\.1 201 /);
  });
});

it('answers what is no HTTP with a problem', async () => {
  const text = await send('NONSENSE').ended;
  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('application/problem+json');
});
