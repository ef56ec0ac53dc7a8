import type { Socket } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

/**
 * Ends, when the process ends, the connections on which nothing was asked yet: browsers open some in advance, and whoever is slow with the
 * first line has one too. Node takes them for busy and looks at no deadline any more once its server closes, so that each of them would
 * hold up the end for as long as it may last.
 */
export function endSilentConnections(fastify: FastifyInstance): void {
  const silent = new Set<Socket>();
  let closing = false;
  const asked = ({ socket }: IncomingMessage): void => void silent.delete(socket);
  fastify.server.on('connection', (socket: Socket) => {
    if (closing) return void socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  fastify.server.on('request', asked);
  fastify.server.on('upgrade', asked);
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const socket of silent) socket.destroy();
    done();
  });
}
