import { defineMessage } from '@shotloom/contracts';
import { z } from 'zod';
import { decode } from './decode';

const contract = defineMessage('thing.happened.v1', z.looseObject({ n: z.number() }));
const envelope = {
  id: 'i',
  type: 'thing.happened.v1',
  occurredAt: '2026-01-01T00:00:00.000Z',
  correlationId: 'c',
  producer: 'p',
  payload: { n: 1, later: 'kept' },
};
const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

describe('decoding a message', () => {
  it('keeps fields that a newer service added', () => {
    const decoded = decode(bytes({ ...envelope, extra: 1 }), [contract]);
    expect(decoded).toMatchObject({
      kind: 'known',
      payload: { n: 1, later: 'kept' },
      envelope: { extra: 1 },
    });
  });

  it('does not call a type that it does not know unreadable', () => {
    expect(decode(bytes({ ...envelope, type: 'thing.happened.v2' }), [contract])).toMatchObject({
      kind: 'unknown',
    });
  });

  it.each([
    ['no JSON', 'hello', 'not JSON'],
    ['no envelope', { n: 1 }, 'id: '],
    ['a payload that does not fit', { ...envelope, payload: { n: 'x' } }, 'n: '],
  ])('says why: %s', (_name, body, reason) => {
    const decoded = decode(bytes(body), [contract]);
    expect(decoded).toMatchObject({ kind: 'unreadable', reason: expect.stringContaining(reason) as string });
  });
});
