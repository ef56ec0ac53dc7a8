import { createHmac, randomBytes } from 'node:crypto';
import type { SimReply, SimRequest } from './sim-http';

const PREFIX = '/results/';
const RANGE = /^bytes=(\d+)-(\d*)$/;

/** Signed links to results, on the simulator itself, that expire. */
export class ResultLinks {
  private readonly key = randomBytes(16);
  /** Known once the server listens. */
  baseUrl = '';

  constructor(private readonly now: () => number) {}

  isLink(request: SimRequest): boolean {
    return request.path.startsWith(PREFIX);
  }

  make(taskId: string, lifetimeMs: number): string {
    const expires = `${Math.round(this.now() + lifetimeMs)}`;
    return `${this.baseUrl}${PREFIX}${taskId}.mp4?expires=${expires}&sign=${this.sign(taskId, expires)}`;
  }

  /** The task whose result is asked for, or the refusal. */
  open({ path, query, method }: SimRequest): { taskId: string } | { refused: SimReply } {
    const taskId = path.slice(PREFIX.length).replace(/\.mp4$/, '');
    const expires = query.get('expires') ?? '';
    if (method !== 'GET' && method !== 'HEAD') return { refused: denied(405, 'MethodNotAllowed') };
    if (query.get('sign') !== this.sign(taskId, expires)) {
      return { refused: denied(403, 'SignatureDoesNotMatch') };
    }
    if (Number(expires) <= this.now()) return { refused: denied(403, 'RequestExpired') };
    return { taskId };
  }

  private sign(taskId: string, expires: string): string {
    return createHmac('sha256', this.key).update(`${taskId}.${expires}`).digest('hex');
  }
}

const denied = (status: number, code: string): SimReply => ({
  status,
  body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`),
  headers: { 'content-type': 'application/xml' },
});

/** A video, or the range of it that was asked for. */
export function serveVideo(request: SimRequest, bytes: Buffer): SimReply {
  const headers = { 'content-type': 'video/mp4', 'accept-ranges': 'bytes' };
  const range = RANGE.exec(request.headers['range'] ?? '');
  if (range === null) return { status: 200, body: bytes, headers };
  const from = Number(range[1]);
  const to = range[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
  if (from > to) return { status: 416, body: Buffer.alloc(0), headers };
  return {
    status: 206,
    body: bytes.subarray(from, to + 1),
    headers: { ...headers, 'content-range': `bytes ${from}-${to}/${bytes.length}` },
  };
}
