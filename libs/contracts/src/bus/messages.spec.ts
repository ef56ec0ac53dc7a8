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
/** `<type>.json`, or `<type>.<variant>.json` where a payload comes in several shapes. */
const typeOf = (file: string): string => /^(.+\.v\d+)(?:\.[a-z-]+)?\.json$/.exec(file)?.[1] ?? file;

it('has a golden message for every type, and for every kind of source', () => {
  expect([...new Set(files.map(typeOf))].toSorted()).toEqual([...contracts.keys()].toSorted());
  expect(files).toEqual(expect.arrayContaining(['media.ingest.v1.json', 'media.ingest.v1.url.json']));
});

describe.each(files)('%s', (file) => {
  const wire: unknown = JSON.parse(readFileSync(join(FIXTURES, file), 'utf8'));
  const envelope = envelopeSchema.parse(wire);
  const contract = contracts.get(envelope.type);

  it('is named after its type', () => {
    expect(envelope.type).toBe(typeOf(file));
  });

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
