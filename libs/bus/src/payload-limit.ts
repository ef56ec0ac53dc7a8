import { AppError, type CallOutcome } from '@shotloom/kernel';
import type { Connection } from './connection';

/** Headers count towards the limit too, and a dead letter gets more of them than its message had. In bytes. */
const ROOM_FOR_HEADERS = 8 * 1_024;

/** Checks a body against the server's limit before it is sent. Throws `payload_too_large`. */
export function assertFits(
  connection: Connection,
  body: Uint8Array,
  what: string,
  outcome: CallOutcome = 'refused',
): void {
  const maxPayload = connection.nc.info?.max_payload;
  if (maxPayload === undefined || body.byteLength <= maxPayload - ROOM_FOR_HEADERS) return;
  const message = `${what} has ${body.byteLength} bytes and the limit is ${maxPayload - ROOM_FOR_HEADERS}: send a reference instead.`;
  throw new AppError('payload_too_large', message, { outcome });
}
