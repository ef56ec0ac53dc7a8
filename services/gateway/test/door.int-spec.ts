import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@shotloom/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { call, problem, startGateway, type GatewayFixture } from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let storage: Server;
let notifier: Server;
let sockets: WebSocketServer;
let folder: string;
const seen: {
  method?: string | undefined;
  url?: string | undefined;
  headers: IncomingMessage['headers'];
  bytes: number;
}[] = [];

beforeAll(async () => {
  storage = createServer((request, response) => void answerMedia(request, response));
  notifier = createServer((request, response) => answerEvents(request, response));
  sockets = new WebSocketServer({ noServer: true });
  notifier.on('upgrade', (request, socket, head) => {
    if (request.headers['sec-websocket-protocol']?.includes('bad') === true) {
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 3\r\nconnection: close\r\n\r\nno!');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.send(JSON.stringify({ url: request.url, protocols: request.headers['sec-websocket-protocol'] }));
      client.on('message', (data: Buffer) => client.send(data.toString().toUpperCase()));
    });
  });
  folder = await mkdtemp(join(tmpdir(), 'console-'));
  await mkdir(join(folder, 'assets'));
  await writeFile(join(folder, 'index.html'), '<!doctype html><title>Console</title>');
  await writeFile(join(folder, 'assets', 'app-1a2b.js'), 'console.log(1)');
  await writeFile(join(folder, '.secret'), 'hidden');
  gateway = await startGateway({
    STORAGE_URL: await listen(storage),
    NOTIFIER_URL: await listen(notifier),
    CONSOLE_DIR: folder,
  });
});
afterAll(async () => {
  await gateway.close();
  sockets.close();
  for (const server of [storage, notifier]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true });
});

let openStreams = 0;
function answerEvents(request: IncomingMessage, response: ServerResponse): void {
  openStreams += 1;
  response.once('close', () => {
    openStreams -= 1;
  });
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`data: ${JSON.stringify({ url: request.url, headers: request.headers })}\n\n`);
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answerMedia(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  seen.push({ method: request.method, url: request.url, headers: request.headers, bytes });
  if (request.headers.range === undefined)
    response.writeHead(200, { 'content-type': 'video/mp4' }).end('0123456789');
  else response.writeHead(206, { 'content-range': 'bytes 2-4/10', 'content-type': 'video/mp4' }).end('234');
}

describe('/api/v1/events', () => {
  it('is passed on as it happens, and ends there when the client goes', async () => {
    const leaving = new AbortController();
    const response = await fetch(`${gateway.url}/api/v1/events?job_id=x`, {
      headers: { authorization: 'Bearer sl_key', 'last-event-id': '1-2', 'x-forwarded-for': 'elsewhere' },
      signal: leaving.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body?.getReader();
    const first = Buffer.from((await reader?.read())?.value ?? []).toString();
    const told = JSON.parse(first.slice('data: '.length)) as { url: string; headers: Record<string, string> };
    expect(told.url).toBe('/api/v1/events?job_id=x');
    expect(told.headers).toMatchObject({ authorization: 'Bearer sl_key', 'last-event-id': '1-2' });
    expect(told.headers).not.toHaveProperty('x-forwarded-for');
    leaving.abort();
    await waitFor(() => openStreams === 0, { what: 'the stream to end behind the gateway' });
  });
});

describe('/media', () => {
  it('is passed on as it is, with its query and its range', async () => {
    const answer = await call(gateway, '/media/a/b.mp4?sig=x%2By&exp=1', null, {
      headers: { range: 'bytes=2-4' },
    });
    expect(answer).toMatchObject({ status: 206, text: '234' });
    expect(answer.headers.get('content-range')).toBe('bytes 2-4/10');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('cross-origin');
    expect(seen.at(-1)).toMatchObject({ method: 'GET', url: '/media/a/b.mp4?sig=x%2By&exp=1' });
  });

  it('streams what is put there, larger than any JSON may be', async () => {
    const body = Buffer.alloc(3_000_000);
    const put = await call(gateway, '/media/k?sig=1', null, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'image/png' },
    });
    expect(put.status).toBe(200);
    expect(seen.at(-1)).toMatchObject({ method: 'PUT', bytes: 3_000_000 });
  });

  it('cannot be used to leave its folder', async () => {
    const count = seen.length;
    const answer = await call(gateway, '/media/..%2f..%2fhealth', null);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(seen).toHaveLength(count);
  });

  it('says 503 while storage is away', async () => {
    const away = await startGateway({ STORAGE_URL: 'http://127.0.0.1:9' });
    try {
      expect((await call(away, '/media/x', null)).body).toMatchObject(problem(503, 'unavailable'));
    } finally {
      await away.close();
    }
  });
});

describe('/ws', () => {
  const open = (path: string, protocols: string[]): WebSocket =>
    new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, protocols);

  it('is a tunnel: the key among the subprotocols, the ticket in the address, and messages both ways', async () => {
    const socket = open('/ws/jobs/1?ticket=tk_x', ['shotloom.v1', 'shotloom.key.abc']);
    const messages: string[] = [];
    socket.on('message', (data: Buffer) => messages.push(data.toString()));
    socket.on('open', () => socket.send('hello'));
    await waitFor(() => messages.length === 2, { what: 'both messages' });
    expect(JSON.parse(messages[0] ?? '')).toEqual({
      url: '/ws/jobs/1?ticket=tk_x',
      protocols: 'shotloom.v1,shotloom.key.abc',
    });
    expect(messages[1]).toBe('HELLO');
    expect(socket.protocol).toBe('shotloom.v1');
    const closed = new Promise((resolve) => socket.on('close', (code) => resolve(code)));
    for (const client of sockets.clients) client.close(4_001, 'slow');
    expect(await closed).toBe(4_001);
  });

  it('shows a refusal as what it is', async () => {
    const socket = open('/ws/jobs/1', ['bad']);
    const status = await new Promise((resolve) => {
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
      socket.on('error', () => undefined);
    });
    expect(status).toBe(401);
  });

  it('is nowhere else', async () => {
    const socket = open('/api/v1/jobs', []);
    const error = await new Promise((resolve) => socket.on('error', resolve));
    expect(String(error)).toContain('404');
  });

  it('does not keep the gateway from closing', async () => {
    const closing = await startGateway({
      NOTIFIER_URL: `http://127.0.0.1:${(notifier.address() as AddressInfo).port}`,
    });
    const socket = new WebSocket(`${closing.url.replace('http', 'ws')}/ws/jobs/1`);
    await new Promise((resolve) => socket.on('open', resolve));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    await closing.close();
    await ended;
  });
});

describe('the console', () => {
  const page = (path: string): ReturnType<typeof call> =>
    call(gateway, path, null, { headers: { accept: 'text/html' } });

  it.each(['/', '/library', '/jobs/019aa'])('is the page at %s', async (path) => {
    const answer = await page(path);
    expect(answer.text).toContain('<title>Console</title>');
    expect(answer.headers.get('cache-control')).toBe('no-cache');
  });

  it('lets browsers keep files whose names change with their content', async () => {
    const answer = await call(gateway, '/assets/app-1a2b.js', null);
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(answer.headers.get('content-type')).toContain('javascript');
  });

  it('is told where the API is', async () => {
    expect((await call(gateway, '/config.json', null)).body).toMatchObject({ apiBaseUrl: '' });
  });

  it.each(['/assets/missing.js', '/.secret', '/api/v1/nothing'])(
    'has nothing at %s, not even a page',
    async (path) => expect((await page(path)).body).toMatchObject(problem(404, 'not_found')),
  );
});

describe('the docs', () => {
  it.each([
    '/docs/swagger-ui-bundle.js',
    '/docs/swagger-ui.css',
    '/docs/swagger-ui-init.js',
    '/redoc/redoc.standalone.js',
  ])('bring %s from here', async (path) => expect((await call(gateway, path, null)).status).toBe(200));

  it.each(['/docs', '/redoc'])('%s names no other host', async (path) => {
    const { text } = await call(gateway, path, null);
    expect(text).not.toMatch(/(src|href)=["']https?:/);
  });

  it('serves no other file of Redoc', async () => {
    expect((await call(gateway, '/redoc/redoc.lib.js', null)).status).toBe(404);
  });
});
