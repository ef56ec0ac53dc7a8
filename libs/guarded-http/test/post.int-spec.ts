import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { ForeignServer, freePort, waitFor } from '@shotloom/testing';
import { AllowList, GuardedSender, type SenderOptions } from '../src';

const LIMITS = { totalMs: 5_000, maxAnswerBytes: 100, maxRetryAfterMs: 3_600_000 };
const post = {
  headers: { 'content-type': 'application/json', 'webhook-id': 'm1' },
  body: Buffer.from('{"a":1}'),
};

describe('posting to where others point us', () => {
  let server: ForeignServer;
  let stranger: ForeignServer;
  const sender = (options: Partial<SenderOptions> = {}): GuardedSender =>
    new GuardedSender({
      ...LIMITS,
      plainHttp: 'listed',
      allow: AllowList.parse(`127.0.0.1:${server.port}`),
      ...options,
    });

  beforeAll(async () => {
    [server, stranger] = await Promise.all([ForeignServer.open(), ForeignServer.open()]);
    stranger.serves('/', Buffer.from('private'));
  });
  afterAll(() => Promise.all([server.close(), stranger.close()]));

  it('sends the body and the headers it was given, and nothing else of us', async () => {
    const bodies: string[] = [];
    const url = server.on('/hook', (request, response) => {
      void readText(request).then((body) => {
        bodies.push(body);
        response.writeHead(202).end('taken');
      });
    });
    const answer = await sender().post(url, post);
    expect(answer).toEqual({ status: 202, text: 'taken', retryAfterMs: undefined });
    expect(bodies).toEqual(['{"a":1}']);
    const { method, headers } = server.asked.at(-1) ?? ({} as Partial<IncomingMessage>);
    expect(method).toBe('POST');
    expect(Object.keys(headers ?? {}).sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'webhook-id',
    ]);
  });

  it.each([
    ['http://127.0.0.1', 'plain loopback'],
    ['http://2130706433', 'decimal'],
    ['http://0177.0.0.1', 'octal'],
    ['http://0x7f.0.0.1', 'hexadecimal'],
    ['http://[::1]', 'IPv6'],
    ['http://[::ffff:127.0.0.1]', 'IPv4-mapped'],
    ['http://[64:ff9b::7f00:1]', 'NAT64'],
    ['http://localhost', 'a name of loopback'],
  ])('does not reach a neighbour as %s (%s)', async (origin) => {
    await expect(sender().post(`${origin}:${stranger.port}/`, post)).rejects.toMatchObject({
      kind: 'refused',
    });
    await expect(sender().check(`${origin}:${stranger.port}/`)).rejects.toMatchObject({ kind: 'refused' });
    expect(stranger.asked).toEqual([]);
  });

  it('follows no redirect, wherever it leads', async () => {
    const url = server.on('/moved', (_request, response) => {
      response.writeHead(307, { location: stranger.url('/') }).end('gone there');
    });
    await expect(sender({ allow: AllowList.parse('127.0.0.1') }).post(url, post)).resolves.toMatchObject({
      status: 307,
      text: 'gone there',
    });
    expect(stranger.asked).toEqual([]);
  });

  it('resolves and checks a name for every request, also where a connection is kept', async () => {
    const addresses = ['127.0.0.1', '127.0.0.1', '169.254.169.254'];
    const resolve = () => Promise.resolve([{ address: addresses.shift() ?? '', family: 4 }]);
    server.on('/rebound', (_request, response) => response.end('ok'));
    const one = sender({ resolve, allow: AllowList.parse('127.0.0.1/32') });
    const url = server.url('/rebound', 'rebound.test');
    await one.check(url);
    expect((await one.post(url, post)).status).toBe(200);
    await expect(one.post(url, post)).rejects.toMatchObject({ kind: 'refused' });
    expect(server.timesAsked('/rebound')).toBe(1);
  });

  it('reads the first bytes of an answer that never ends, and hangs up', async () => {
    let open = 0;
    const flow = (_request: IncomingMessage, response: ServerResponse): void => {
      open += 1;
      const more = setInterval(() => response.write('x'.repeat(60)), 5);
      response.once('close', () => {
        open -= 1;
        clearInterval(more);
      });
    };
    const answer = await sender().post(server.on('/endless', flow), post);
    expect(answer).toMatchObject({ status: 200, text: 'x'.repeat(100) });
    await waitFor(() => open === 0, { what: 'the connection to close' });
  });

  it('takes the status of an answer whose body does not come, at the deadline', async () => {
    server.on('/drips', (_request, response) => {
      response.writeHead(200);
      response.write('a');
    });
    await expect(sender({ totalMs: 300 }).post(server.url('/drips'), post)).resolves.toMatchObject({
      status: 200,
      text: 'a',
    });
  });

  it('gives up a server that is silent, also one that only ever says that more is to come', async () => {
    server.on('/silent', () => undefined);
    server.on('/hints', (_request, response) => {
      const hints = setInterval(() => response.writeEarlyHints({ link: '</a>; rel=preload' }), 20);
      response.once('close', () => clearInterval(hints));
    });
    const impatient = sender({ totalMs: 300 });
    for (const path of ['/silent', '/hints'])
      await expect(impatient.post(server.url(path), post)).rejects.toThrow('within 0.3 s');
  });

  it.each([
    ['headers without end', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(5_000)}`],
    ['one huge header', `HTTP/1.1 200 OK\r\nx-a: ${'b'.repeat(100_000)}\r\n\r\n`],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
  ])('takes %s for no answer', async (_what, said) => {
    const raw = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(said);
    });
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
    const { port } = raw.address() as AddressInfo;
    const allow = AllowList.parse('127.0.0.1');
    const sent = sender({ allow, totalMs: 20_000 }).post(`http://127.0.0.1:${port}/`, post);
    await expect(sent).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    raw.close();
  });

  it('says what the server asks for, within bounds, and that nobody was there', async () => {
    const url = server.on('/later', (request, response) => {
      const { searchParams } = new URL(request.url ?? '', 'http://x');
      response.writeHead(429, { 'retry-after': searchParams.get('after') ?? '' }).end();
    });
    expect(await sender().post(`${url}?after=120`, post)).toMatchObject({
      status: 429,
      retryAfterMs: 120_000,
    });
    expect(await sender().post(`${url}?after=999999`, post)).toMatchObject({ retryAfterMs: 3_600_000 });
    const port = await freePort();
    const nobody = sender({ allow: AllowList.parse('127.0.0.1') }).post(
      `http://127.0.0.1:${port}/?key=s`,
      post,
    );
    await expect(nobody).rejects.toThrow(`127.0.0.1:${port}/ could not be read (ECONNREFUSED)`);
  });

  it('keeps the connection for the next one, and repeats on a new one where the server had closed it', async () => {
    server.on('/kept', (request, response) => {
      request.resume().once('end', () => response.end('ok'));
    });
    server.on('/stale', (request, response) => {
      const { socket } = request;
      if (server.asked.filter((other) => other.socket === socket).length > 1) socket.destroy();
      else request.resume().once('end', () => response.end('fresh'));
    });
    const one = sender();
    const before = server.asked.length;
    for (let times = 0; times < 2; times += 1) {
      await one.post(server.url('/kept'), post);
      // The connection is given back a turn after the end of the answer.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [first, second] = server.asked.slice(before).map(({ socket }) => socket.remotePort);
    expect(second).toBe(first);
    await expect(one.post(server.url('/stale'), post)).resolves.toMatchObject({ text: 'fresh' });
  });
});
