import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

const STATUS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};
const DETAILS: Readonly<Record<number, string>> = {
  400: 'This is not HTTP that can be read.',
  408: 'The request did not come in time; send it again.',
  431: 'The headers are larger than is allowed.',
};

/** Answers what never became a request, which no route and no filter sees. */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = STATUS[error.code ?? ''] ?? 400;
  const body = JSON.stringify({
    type: 'urn:shotloom:error:invalid_input',
    title: 'invalid input',
    status,
    code: 'invalid_input',
    detail: DETAILS[status],
  });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nContent-Type: application/problem+json; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n`;
  if (socket.writable) socket.write(head + body);
  socket.destroy(error);
}
