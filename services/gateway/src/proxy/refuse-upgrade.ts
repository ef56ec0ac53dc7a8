import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const CODES = { 400: 'invalid_input', 404: 'not_found', 503: 'unavailable' } as const;

/** Answers a handshake with problem details, and closes: there is no framework on this way that would do it. */
export function refuseUpgrade(socket: Duplex, status: keyof typeof CODES, detail: string): void {
  const code = CODES[status];
  const body = JSON.stringify({
    type: `urn:shotloom:error:${code}`,
    title: code.replaceAll('_', ' '),
    status,
    code,
    detail,
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  // A client that does not close its own side would keep the socket.
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
