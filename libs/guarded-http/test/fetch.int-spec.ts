import { once } from 'node:events';
import { createServer } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { ForeignServer, freePort, waitFor } from '@shotloom/testing';
import { AllowList, GuardedFetcher, type FetcherOptions } from '../src';

const MAX_BYTES = 1_000;

describe('fetching what others point us to', () => {
  let vendor: ForeignServer;
  let stranger: ForeignServer;
  const fetcher = (options: FetcherOptions = {}): GuardedFetcher =>
    new GuardedFetcher({ allow: AllowList.parse(`127.0.0.1:${vendor.port}`), ...options });
  const read = async (url: string, options: FetcherOptions = {}, signal?: AbortSignal): Promise<Buffer> => {
    const { body } = await fetcher(options).open(url, { maxBytes: MAX_BYTES, signal });
    return buffer(body);
  };

  beforeAll(async () => {
    [vendor, stranger] = await Promise.all([ForeignServer.open(), ForeignServer.open()]);
    stranger.serves('/', Buffer.from('private'));
  });
  afterAll(() => Promise.all([vendor.close(), stranger.close()]));

  it('gives the bytes, and says nothing of us', async () => {
    vendor.on('/plain', (_request, response) => {
      response.setHeader('set-cookie', 'session=1').writeHead(302, { location: '/moved?b=2' }).end();
    });
    vendor.serves('/moved', Buffer.from('bytes'));
    const url = vendor.url('/plain?a=1');
    const { body, sizeBytes, endIsMarked, name } = await fetcher().open(url, { maxBytes: MAX_BYTES });
    expect((await buffer(body)).toString()).toBe('bytes');
    expect({ sizeBytes, endIsMarked, name }).toEqual({
      sizeBytes: 5,
      endIsMarked: true,
      name: `127.0.0.1:${vendor.port}/moved`,
    });
    const asked = vendor.asked.slice(-2);
    expect(asked.map((request) => [request.method, request.url])).toEqual([
      ['GET', '/plain?a=1'],
      ['GET', '/moved?b=2'],
    ]);
    for (const { headers } of asked) {
      expect(Object.keys(headers).sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    }
  });

  it('follows three redirects and not one more', async () => {
    for (const step of [1, 2, 3, 4]) {
      vendor.on(`/hop/${step}`, (_request, response) => {
        response.writeHead(307, { location: `/hop/${step - 1}` }).end();
      });
    }
    vendor.serves('/hop/0', Buffer.from('there'));
    expect((await read(vendor.url('/hop/3'))).toString()).toBe('there');
    await expect(read(vendor.url('/hop/4'))).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('does not go where a redirect leads to what is not public', async () => {
    const targets = [
      stranger.url('/'),
      stranger.url('/', 'localhost'),
      `//127.0.0.1:${stranger.port}/`,
      'http://169.254.169.254/latest/meta-data/',
      'http://[::ffff:169.254.169.254]/',
      `http://user:secret@127.0.0.1:${vendor.port}/hop/0`,
      'file:///etc/passwd',
    ];
    for (const [index, target] of targets.entries()) {
      const url = vendor.on(`/astray/${index}`, (_request, response) => {
        response.writeHead(302, { location: target }).end();
      });
      await expect(read(url)).rejects.toMatchObject({ kind: 'refused', retryable: false });
    }
    expect(stranger.asked).toEqual([]);
  });

  it('connects to the address that was checked, whatever the name means a moment later', async () => {
    const lookups: string[] = [];
    const resolve = (name: string): Promise<{ address: string; family: number }[]> => {
      lookups.push(name);
      const address = lookups.length === 1 ? '127.0.0.1' : '10.0.0.1';
      return Promise.resolve([{ address, family: 4 }]);
    };
    const allow = AllowList.parse('127.0.0.1/32');
    vendor.serves('/rebinding', Buffer.from('pinned'));
    const url = vendor.url('/rebinding', 'rebinding.test');
    expect((await read(url, { resolve, allow })).toString()).toBe('pinned');
    expect(lookups).toEqual(['rebinding.test']);
    expect(vendor.asked.at(-1)?.headers.host).toBe(`rebinding.test:${vendor.port}`);
    await expect(read(url, { resolve, allow })).rejects.toMatchObject({ kind: 'refused' });
    expect(vendor.timesAsked('/rebinding')).toBe(1);
  });

  it('checks the same name again when a redirect leads back to it', async () => {
    const addresses = ['127.0.0.1', '10.0.0.1'];
    const resolve = () => Promise.resolve([{ address: addresses.shift() ?? '', family: 4 }]);
    vendor.on('/back', (_request, response) => response.writeHead(302, { location: '/hop/0' }).end());
    const url = vendor.url('/back', 'rebinding.test');
    const allow = AllowList.parse('127.0.0.1/32');
    await expect(read(url, { resolve, allow })).rejects.toMatchObject({ kind: 'refused' });
  });

  it('shows its name, not its address, to a server behind TLS, and wants that name certified', async () => {
    const names: string[] = [];
    const server = createServer({
      SNICallback: (name, done) => {
        names.push(name);
        done(new Error('no certificate'));
      },
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const resolve = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    const { port } = server.address() as AddressInfo;
    const reading = read(`https://secure.test:${port}/`, { resolve, allow: AllowList.parse('127.0.0.1') });
    await expect(reading).rejects.toMatchObject({ kind: 'unavailable' });
    expect(names).toEqual(['secure.test']);
    server.close();
  });

  it('takes no more bytes than allowed, whatever was announced', async () => {
    vendor.on('/announced', (_request, response) => {
      response.writeHead(200, { 'content-length': String(MAX_BYTES + 1) }).flushHeaders();
    });
    vendor.on('/chunked', (_request, response) => {
      for (let sent = 0; sent <= MAX_BYTES; sent += 100) response.write(Buffer.alloc(100));
    });
    vendor.on('/lying', (_request, response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n${'x'.repeat(MAX_BYTES * 3)}`);
    });
    vendor.on('/both', (_request, response) => {
      response.socket?.end(
        'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      );
    });
    await expect(read(vendor.url('/announced'))).rejects.toMatchObject({ kind: 'too_large' });
    await expect(read(vendor.url('/chunked'))).rejects.toMatchObject({ kind: 'too_large' });
    expect(await read(vendor.url('/lying'))).toHaveLength(5);
    await expect(read(vendor.url('/both'))).rejects.toMatchObject({ kind: 'unavailable' });
    vendor.serves('/exact', Buffer.alloc(MAX_BYTES));
    expect(await read(vendor.url('/exact'))).toHaveLength(MAX_BYTES);
  });

  it('tells a body that broke off from a whole one, and says where it cannot', async () => {
    vendor.on('/cut', (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    vendor.on('/cut-chunk', (_request, response) => {
      response.write('half', () => response.destroy());
    });
    vendor.on('/endless', (_request, response) => {
      response.socket?.end('HTTP/1.0 200 OK\r\n\r\nhalf');
    });
    for (const path of ['/cut', '/cut-chunk']) {
      const { body, endIsMarked } = await fetcher().open(vendor.url(path), { maxBytes: MAX_BYTES });
      expect(endIsMarked).toBe(true);
      await expect(buffer(body)).rejects.toMatchObject({ kind: 'unavailable', retryable: true });
    }
    const { body, endIsMarked } = await fetcher().open(vendor.url('/endless'), { maxBytes: MAX_BYTES });
    expect([endIsMarked, (await buffer(body)).toString()]).toEqual([false, 'half']);
  });

  it('waits only so long for the head, for the next byte, and for the end', async () => {
    vendor.on('/silent', () => undefined);
    vendor.on('/stalls', (_request, response) => {
      response.write('a');
    });
    vendor.on('/drips', (_request, response) => {
      const drip = setInterval(() => response.write('a'), 20);
      response.once('close', () => clearInterval(drip));
    });
    await expect(read(vendor.url('/silent'), { headMs: 100 })).rejects.toThrow('did not answer within 0.1 s');
    await expect(read(vendor.url('/stalls'), { idleMs: 100 })).rejects.toThrow(
      'sent nothing more within 0.1 s',
    );
    await expect(read(vendor.url('/drips'), { totalMs: 300 })).rejects.toThrow(
      'was not there whole within 0.3 s',
    );
    const never = () => new Promise<never>(() => undefined);
    const lost = read('http://slow-name.test/', { headMs: 100, resolve: never });
    await expect(lost).rejects.toMatchObject({ kind: 'unavailable' });
  });

  it('does not blame the server for a reader that takes its time', async () => {
    vendor.on('/patient', (_request, response) => {
      response.writeHead(200, { 'content-length': '2' });
      response.write('a');
      setTimeout(() => response.end('b'), 50);
    });
    const { body } = await fetcher({ idleMs: 200 }).open(vendor.url('/patient'), { maxBytes: MAX_BYTES });
    // Longer than the server may be silent: the time itself is what is tested.
    await delay(400);
    expect((await buffer(body)).toString()).toBe('ab');
  });

  it.each([
    [400, 'ended'],
    [401, 'ended'],
    [403, 'ended'],
    [404, 'ended'],
    [410, 'ended'],
    [408, 'unavailable'],
    [425, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [204, 'unavailable'],
    [206, 'unavailable'],
    [304, 'unavailable'],
  ])('takes %i for %s', async (status, kind) => {
    const url = vendor.on('/status', (_request, response) => {
      response.writeHead(status, { 'retry-after': '7' }).end();
    });
    const failure: unknown = await read(`${url}?signature=secret`).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind, ...(kind === 'unavailable' ? { retryAfterMs: 7_000 } : {}) });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('secret');
  });

  it('lets nobody ask for more patience than a minute', async () => {
    const url = vendor.on('/later', (_request, response) => {
      response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end();
    });
    await expect(read(url)).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });

  it('takes a server that is away for trouble that passes', async () => {
    const port = await freePort();
    const reading = read(`http://127.0.0.1:${port}/?signature=secret`, {
      allow: AllowList.parse('127.0.0.1'),
    });
    await expect(reading).rejects.toThrow(`127.0.0.1:${port}/ could not be read (ECONNREFUSED)`);
  });

  describe('connections that are kept', () => {
    const hosts = (): string => `127.0.0.1:${vendor.port},localhost:${vendor.port},other.test:${vendor.port}`;
    const get = async (from: GuardedFetcher, url: string): Promise<string> => {
      const { body } = await from.open(url, { maxBytes: MAX_BYTES });
      const text = (await buffer(body)).toString();
      // The connection is given back a turn after the end of the body.
      await new Promise((resolve) => setImmediate(resolve));
      return text;
    };
    const ports = (): (number | undefined)[] => vendor.asked.map(({ socket }) => socket.remotePort);

    it('serve the next request to the same host at the same addresses, and no other', async () => {
      vendor.serves('/kept', Buffer.from('kept'));
      let address = '127.0.0.1';
      const resolve = () => Promise.resolve([{ address, family: 4 }]);
      const one = fetcher({ allow: AllowList.parse(hosts()), resolve });
      const before = vendor.asked.length;
      await get(one, vendor.url('/kept', 'localhost'));
      await get(one, vendor.url('/kept', 'localhost'));
      await get(one, vendor.url('/kept', 'other.test'));
      address = '127.0.0.2';
      await expect(get(one, vendor.url('/kept', 'localhost'))).rejects.toMatchObject({ kind: 'unavailable' });
      const [first, second, third, ...more] = ports().slice(before);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
      expect(more).toEqual([]);
    });

    it('are not used for a name that has come to lead to what is not public', async () => {
      vendor.serves('/rebound', Buffer.from('once'));
      const addresses = ['127.0.0.1', '10.0.0.1'];
      const resolve = () => Promise.resolve([{ address: addresses.shift() ?? '', family: 4 }]);
      const one = fetcher({ allow: AllowList.parse('127.0.0.1/32'), resolve });
      expect(await get(one, vendor.url('/rebound', 'rebound.test'))).toBe('once');
      await expect(get(one, vendor.url('/rebound', 'rebound.test'))).rejects.toMatchObject({
        kind: 'refused',
      });
      expect(vendor.timesAsked('/rebound')).toBe(1);
    });

    it('are replaced where the server has closed them meanwhile', async () => {
      vendor.on('/stale', (request, response) => {
        const { socket } = request;
        // The second request on one connection finds it closed.
        if (vendor.asked.filter((other) => other.socket === socket).length > 1) socket.destroy();
        else response.end('fresh');
      });
      const one = fetcher();
      expect([await get(one, vendor.url('/stale')), await get(one, vendor.url('/stale'))]).toEqual([
        'fresh',
        'fresh',
      ]);
      expect(vendor.timesAsked('/stale')).toBe(3);
    });
  });

  it('closes the connection when its caller stops, or does not want the body', async () => {
    let open = 0;
    vendor.on('/held', (_request, response) => {
      open += 1;
      response.once('close', () => (open -= 1));
      response.write('a');
    });
    const stop = new AbortController();
    const { body } = await fetcher().open(vendor.url('/held'), { maxBytes: MAX_BYTES, signal: stop.signal });
    const reading = buffer(body);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ kind: 'cancelled' });
    const unread = await fetcher().open(vendor.url('/held'), { maxBytes: MAX_BYTES });
    unread.body.destroy();
    await waitFor(() => open === 0 && vendor.timesAsked('/held') === 2, {
      what: 'both connections to close',
    });
    await expect(read(vendor.url('/held'), {}, AbortSignal.abort())).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(vendor.timesAsked('/held')).toBe(2);
  });
});
