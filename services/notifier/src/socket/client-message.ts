import type { RawData } from 'ws';

/** What a client said: `ping`, something else that is JSON (ignored: a newer client may say more), or no JSON at all. */
export function readClientMessage(data: RawData): 'ping' | 'other' | 'unreadable' {
  try {
    const message: unknown = JSON.parse(textOf(data));
    return isPing(message) ? 'ping' : 'other';
  } catch {
    return 'unreadable';
  }
}

function isPing(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && message.type === 'ping';
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return Buffer.isBuffer(data) ? data.toString() : Buffer.from(data).toString();
}
