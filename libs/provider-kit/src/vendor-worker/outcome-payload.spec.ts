import { vendorOutcomeSchema } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { PollOutcome } from '../vendor';
import { outcomePayload } from './outcome-payload';

const error = new AppError('provider_failed', 'It broke.', {
  provider: 'kling',
  outcome: 'accepted',
  vendorMessage: 'GPU fault',
  details: { status: 500 },
});
const record = {
  code: 'provider_failed',
  message: 'It broke.',
  retryable: false,
  chargeable: false,
  outcome: 'accepted',
  provider: 'kling',
  vendorMessage: 'GPU fault',
  details: { status: 500 },
};
const video = { url: 'https://x/v.mp4', expiresAt: new Date(1_800_000_000_000), durationSeconds: 5.04 };
const cost = { amount: '2.5', unit: 'kling_unit' };

it.each<[PollOutcome, object]>([
  [
    { kind: 'running', phase: 'queued', progress: null },
    { kind: 'running', phase: 'queued', progress: null },
  ],
  [
    { kind: 'succeeded', videos: [video], cost },
    {
      kind: 'succeeded',
      videos: [{ url: 'https://x/v.mp4', expiresAt: '2027-01-15T08:00:00.000Z', durationSeconds: 5.04 }],
      cost,
    },
  ],
  [
    { kind: 'failed', error, cost: null },
    { kind: 'failed', error: record, cost: null },
  ],
  [
    { kind: 'unknownStatus', word: 'polishing' },
    { kind: 'unknownStatus', word: 'polishing' },
  ],
  [
    { kind: 'unreadable', error },
    { kind: 'unreadable', error: record },
  ],
  [{ kind: 'notFound' }, { kind: 'notFound' }],
  [
    { kind: 'unavailable', error },
    { kind: 'unavailable', error: record },
  ],
])('puts %j on the wire so that the contract takes it', (outcome, payload) => {
  expect(JSON.parse(JSON.stringify(outcomePayload(outcome)))).toEqual(payload);
  expect(vendorOutcomeSchema.parse(outcomePayload(outcome))).toMatchObject(payload);
});

it.each([
  [1.01, 1],
  [-3, 0],
  [Number.NaN, null],
  [0.4, 0.4],
])('makes a progress of %d a share: %s', (progress, share) => {
  expect(outcomePayload({ kind: 'running', phase: 'running', progress })).toMatchObject({ progress: share });
});

it('passes on no date or length that is none', () => {
  const odd = { url: 'u', expiresAt: new Date(Number.NaN), durationSeconds: Number.POSITIVE_INFINITY };
  const payload = outcomePayload({ kind: 'succeeded', videos: [odd], cost: null });
  expect(vendorOutcomeSchema.parse(payload)).toMatchObject({
    videos: [{ expiresAt: null, durationSeconds: null }],
  });
});

it('never ends an attempt with a success that has no video', () => {
  expect(outcomePayload({ kind: 'succeeded', videos: [], cost: null }).kind).toBe('unreadable');
});

it("cuts a vendor's page short", () => {
  const long = new AppError('provider_failed', 'm'.repeat(10_000), { vendorMessage: 'v'.repeat(10_000) });
  const payload = outcomePayload({ kind: 'unavailable', error: long });
  expect(JSON.stringify(payload).length).toBeLessThan(5_000);
  expect(outcomePayload({ kind: 'unknownStatus', word: 'w'.repeat(999) })).toEqual({
    kind: 'unknownStatus',
    word: 'w'.repeat(200),
  });
});
