import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A TCP proxy in front of Postgres that loses the answer to the next commit. */
export interface LossyProxy {
  readonly url: string;
  /** `before`: the commit never arrives. `after`: it arrives, and its answer does not come back. */
  loseNextCommit(when: 'before' | 'after'): void;
  stop(): Promise<void>;
}

export async function startLossyProxy(databaseUrl: string): Promise<LossyProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let lose: 'before' | 'after' | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
    upstream.on('data', (data) => client.write(data));
    client.on('data', (data) => {
      const when = data.includes('commit\0') ? lose : undefined;
      if (when === undefined) return void upstream.write(data);
      lose = undefined;
      upstream.removeAllListeners('data');
      if (when === 'before') return void client.destroy();
      // The server's answer proves that it committed; only then the client is cut off.
      upstream.once('data', () => client.destroy());
      return void upstream.write(data);
    });
  });
  await listen(server);
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    loseNextCommit: (when) => void (lose = when),
    stop: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
}
