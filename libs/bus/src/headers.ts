import { headers as newHeaders, type MsgHdrs } from '@nats-io/transport-node';

/** Header names that Shotloom writes. NATS' own are `Nats-*`. */
export const HEADERS = {
  messageId: 'Nats-Msg-Id',
  /** How long the caller waits, in milliseconds: a time of day would need clocks that agree. */
  timeoutMs: 'Shotloom-Timeout-Ms',
  correlationId: 'Shotloom-Correlation-Id',
  originalSubject: 'Shotloom-Original-Subject',
  originalStream: 'Shotloom-Original-Stream',
  originalDurable: 'Shotloom-Original-Durable',
  originalSeq: 'Shotloom-Original-Seq',
  deadReason: 'Shotloom-Dead-Reason',
  deadKind: 'Shotloom-Dead-Kind',
  deliveries: 'Shotloom-Deliveries',
  requeued: 'Shotloom-Requeued',
} as const;

/** NATS headers from a plain record. Line breaks, which would end a header, become spaces. */
export function toHeaders(record: Readonly<Record<string, string>>): MsgHdrs {
  const result = newHeaders();
  for (const [name, value] of Object.entries(record)) {
    result.set(name, value.replace(/[\r\n]+/g, ' '));
  }
  return result;
}

/** A plain record from NATS headers: the first value of each name. */
export function fromHeaders(headers: MsgHdrs | undefined): Record<string, string> {
  const record: Record<string, string> = {};
  if (headers === undefined) return record;
  for (const name of headers.keys()) record[name] = headers.get(name);
  return record;
}
