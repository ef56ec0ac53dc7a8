import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of Postgres that refuses startup parameters as PgBouncer does, and that can fall silent. */
export interface PoolerProxy {
  readonly url: string;
  /** Every startup packet that came, as text. */
  readonly startups: readonly string[];
  /** Swallows all that comes over the connections there are now, without closing them. */
  fallSilent(): void;
  stop(): Promise<void>;
}

const REFUSAL = 'SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: statement_timeout\0\0';

export async function startPoolerProxy(databaseUrl: string): Promise<PoolerProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const upstreams = new Set<Socket>();
  const startups: string[] = [];
  const server = createServer((client) => {
    sockets.add(client.on('error', () => undefined));
    client.once('data', (startup) => {
      startups.push(startup.toString('latin1'));
      if (startup.includes('statement_timeout')) return void client.end(refusal());
      const upstream = connect(Number(target.port), target.hostname);
      upstreams.add(upstream.on('error', () => undefined));
      upstream.write(startup);
      client.on('data', (data) => upstream.write(data));
      client.on('close', () => upstream.destroy());
      upstream.on('data', (data) => client.write(data));
      upstream.on('close', () => client.destroy());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    startups,
    fallSilent: () => {
      for (const upstream of upstreams) upstream.removeAllListeners('data').resume();
    },
    stop: () => {
      for (const socket of [...sockets, ...upstreams]) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refusal(): Buffer {
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(4 + REFUSAL.length, 1);
  return Buffer.concat([head, Buffer.from(REFUSAL, 'latin1')]);
}
