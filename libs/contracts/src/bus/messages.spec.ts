import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as messages from './messages';
import * as vendorMessages from './vendor-messages';
import { envelopeSchema, type MessageContract } from './envelope';

/** Every message that was ever released, as it was on the wire. A fixture is never changed, only added. */
const FIXTURES = join(__dirname, '../../fixtures');
const contracts = new Map<string, MessageContract>(
  Object.values({ ...messages, ...vendorMessages }).map((contract) => [contract.type, contract]),
);
const files = readdirSync(FIXTURES);

it('has a golden message for every type', () => {
  expect(files.map((file) => file.replace(/\.json$/, '')).toSorted()).toEqual(
    [...contracts.keys()].toSorted(),
  );
});

describe.each(files)('%s', (file) => {
  const wire: unknown = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'));
  const envelope = envelopeSchema.parse(wire);
  const contract = contracts.get(envelope.type);

  it('is still understood, whole', () => {
    expect(contract?.payload.parse(envelope.payload)).toEqual(envelope.payload);
  });

  it('is understood with fields that a newer release added, and keeps them', () => {
    const newer = { ...(envelope.payload as object), addedLater: { deep: [1] } };
    expect(contract?.payload.parse(newer)).toEqual(newer);
  });

  it('is refused without any one of its fields', () => {
    for (const field of Object.keys(envelope.payload as object)) {
      const { [field]: _removed, ...rest } = envelope.payload as Record<string, unknown>;
      expect(contract?.payload.safeParse(rest).success).toBe(false);
    }
  });
});
