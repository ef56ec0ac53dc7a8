import { connect, createServer, type Server, type Socket } from 'node:net';

/** A network between a client and a server that can be cut. */
export class Line {
  private readonly sockets = new Set<Socket>();
  /** Bytes from the client that pass before it is cut, once. */
  cutAfter = Infinity;
  cuts = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(target: string): Promise<Line> {
    const { port } = new URL(target);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const line = new Line(server, `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`);
    server.on('connection', (client) => line.join(client, connect(Number(port), '127.0.0.1')));
    return line;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(client: Socket, upstream: Socket): void {
    client.on('data', (chunk: Buffer) => {
      this.cutAfter -= chunk.length;
      if (this.cutAfter > 0) return;
      this.cutAfter = Infinity;
      this.cuts += 1;
      client.destroy();
      upstream.destroy();
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  }
}
