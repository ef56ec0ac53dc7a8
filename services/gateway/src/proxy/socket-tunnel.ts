import { request as openRequest, STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from '@shotloom/service-kit';
import { refuseUpgrade } from './refuse-upgrade';
import { upgradeHeaders } from './upgrade-headers';

const PREFIX = '/ws/';
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Passes WebSocket handshakes below `/ws` on to notifier, and then the bytes. It is a tunnel and no WebSocket proxy, so that
 * subprotocols (one of them carries the key), close codes and refusals reach both sides as they are.
 */
export function registerSocketTunnel(fastify: FastifyInstance, upstream: string, logger: Logger): void {
  const open = new Set<Duplex>();
  fastify.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    // Without a listener a reset by the client would end the process.
    socket.on('error', () => socket.destroy());
    // Nothing above this listener catches: what is thrown here would end the process.
    try {
      accept(request, socket, head, upstream, logger);
    } catch (error) {
      logger.warn({ err: error }, 'a handshake cannot be passed on');
      refuseUpgrade(socket, 400, 'This handshake cannot be passed on: its address or headers are not valid.');
    }
  });
  fastify.addHook('preClose', (done) => {
    for (const socket of open) socket.destroy();
    done();
  });
}

function accept(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  upstream: string,
  logger: Logger,
): void {
  if (request.url?.startsWith(PREFIX) !== true) {
    refuseUpgrade(socket, 404, 'There is no WebSocket here; use /ws/jobs/{id}.');
  } else if (request.headers.upgrade?.toLowerCase() !== 'websocket') {
    refuseUpgrade(socket, 400, 'Only an upgrade to `websocket` is possible here.');
  } else tunnel(request, socket, head, upstream, logger);
}

function tunnel(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  upstream: string,
  logger: Logger,
): void {
  const startedAt = performance.now();
  const finish = (status: number): void => {
    const durationMs = Math.round(performance.now() - startedAt);
    logger.info({ route: '/ws/*', method: 'GET', status, durationMs }, 'socket');
  };
  const target = new URL(upstream);
  const outgoing = openRequest({
    host: target.hostname,
    port: target.port,
    path: request.url,
    headers: upgradeHeaders(request),
    agent: false,
  });
  const connecting = setTimeout(
    () => outgoing.destroy(new Error('notifier did not answer')),
    CONNECT_TIMEOUT_MS,
  );
  socket.once('close', () => outgoing.destroy());
  outgoing.once('upgrade', (answer, far, farHead) => {
    clearTimeout(connecting);
    socket.write(handshake(answer));
    if (farHead.length > 0) socket.write(farHead);
    if (head.length > 0) far.write(head);
    join(socket, far);
    socket.once('close', () => finish(101));
  });
  outgoing.once('response', (answer) => {
    clearTimeout(connecting);
    finish(answer.statusCode ?? 502);
    socket.write(handshake(answer, ['Connection: close']));
    answer.on('error', () => socket.destroy());
    answer.pipe(socket);
  });
  outgoing.on('error', (error) => {
    clearTimeout(connecting);
    if (socket.destroyed) return;
    logger.warn({ err: error }, 'notifier cannot be reached');
    finish(503);
    refuseUpgrade(socket, 503, 'Live updates cannot be reached now; try again in a moment.');
  });
  outgoing.end();
}

/** Bytes go both ways until one side ends; then the other does. */
function join(near: Duplex, far: Duplex): void {
  far.on('error', () => far.destroy());
  far.once('close', () => near.destroy());
  near.once('close', () => far.destroy());
  near.pipe(far);
  far.pipe(near);
}

/** The head of the far side's answer; a body of unknown length ends with the connection. */
function handshake(answer: IncomingMessage, more: readonly string[] = []): string {
  const status = answer.statusCode ?? 502;
  const lines = [`HTTP/1.1 ${status} ${answer.statusMessage ?? STATUS_CODES[status] ?? ''}`];
  const hopByHop =
    more.length > 0 ? new Set(['connection', 'keep-alive', 'transfer-encoding']) : new Set<string>();
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = answer.rawHeaders[index] ?? '';
    if (!hopByHop.has(name.toLowerCase())) lines.push(`${name}: ${answer.rawHeaders[index + 1] ?? ''}`);
  }
  return `${[...lines, ...more].join('\r\n')}\r\n\r\n`;
}
