import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AppError } from '@shotloom/kernel';
import { toProblem } from '@shotloom/service-kit';

/** Answers an upgrade with an HTTP problem instead, and hangs up. */
export function refuseUpgrade(socket: Duplex, error: AppError): void {
  const { status, headers, body } = responseOf(error);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    ...lines,
    'connection: close',
    '',
    '',
  ];
  socket.end(head.join('\r\n') + body);
}

/** Answers a plain HTTP request with a problem. */
export function sendProblem(response: ServerResponse, error: AppError): void {
  const { status, headers, body } = responseOf(error);
  response.writeHead(status, headers).end(body);
}

function responseOf(error: AppError): { status: number; headers: Record<string, string>; body: string } {
  const problem = toProblem(error);
  const body = JSON.stringify(problem);
  const headers = {
    'content-type': 'application/problem+json',
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    ...(problem.status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(problem.status === 503 ? { 'retry-after': '2' } : {}),
  };
  return { status: problem.status, headers, body };
}
