import { envelopeSchema, type ConsumerSpec, type Envelope } from '@shotloom/contracts';
import { fieldErrors } from './errors';

/** What a message's body turned out to be. */
export type Decoded =
  | { readonly kind: 'known'; readonly envelope: Envelope; readonly payload: unknown }
  | { readonly kind: 'unknown'; readonly envelope: Envelope }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** Reads the envelope; says why it cannot. */
export function decodeEnvelope(data: Uint8Array): { envelope: Envelope } | { reason: string } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(data));
  } catch {
    return { reason: 'the body is not JSON' };
  }
  const parsed = envelopeSchema.safeParse(json);
  if (parsed.success) return { envelope: parsed.data };
  return { reason: `the envelope is malformed (${describe(fieldErrors(parsed.error))})` };
}

/** Reads a message by the contract that its type names. A type or version we do not know is not an error yet. */
export function decode(data: Uint8Array, contracts: ConsumerSpec['contracts']): Decoded {
  const read = decodeEnvelope(data);
  if ('reason' in read) return { kind: 'unreadable', reason: read.reason };
  const { envelope } = read;
  const contract = contracts.find(({ type }) => type === envelope.type);
  if (contract === undefined) return { kind: 'unknown', envelope };
  const payload = contract.payload.safeParse(envelope.payload);
  if (payload.success) return { kind: 'known', envelope, payload: payload.data };
  const problems = describe(fieldErrors(payload.error));
  return { kind: 'unreadable', reason: `the payload does not fit ${envelope.type} (${problems})` };
}

function describe(fields: readonly { field: string; reason: string }[]): string {
  return fields.map(({ field, reason }) => `${field}: ${reason}`).join('; ');
}
