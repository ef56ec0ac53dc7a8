import type { Caps } from '../scheduler/key-ring';
import { dayOf, nextPeriod, withinCaps } from './reserve';

const start = (jobId: string, caps: Partial<Caps> = {}, key = 'k') => ({
  ...{ jobId, ownerUserId: 'u', model: 'm', ownKey: false },
  key: { id: key, version: 1, probe: false, caps: { day: null, month: null, ...caps } },
});
const ten = (): number => 10;

it('lets through exactly as much as the cap has room for', () => {
  const starts = ['1', '2', '3'].map((id) => start(id, { day: 25 }));
  const { allowed, over, reserved } = withinCaps(starts, new Map([['k', { day: 5, month: 5 }]]), ten);
  expect(allowed.map(({ jobId }) => jobId)).toEqual(['1', '2']);
  expect([...reserved]).toEqual([
    ['1', 10],
    ['2', 10],
  ]);
  expect(over).toEqual([{ credentialId: 'k', period: 'day', cap: 25, spent: 25 }]);
});

it('names the month where both are passed, since its wait is the longer', () => {
  const { over } = withinCaps([start('1', { day: 5, month: 5 })], new Map(), ten);
  expect(over).toMatchObject([{ period: 'month' }]);
});

it('keeps what is behind the first that does not fit, and other keys, apart', () => {
  const costs: Record<string, number> = { '1': 50, '2': 1, '3': 50 };
  const starts = [start('1', { day: 20 }), start('2', { day: 20 }), start('3', {}, 'other')];
  const { allowed } = withinCaps(starts, new Map(), (id) => costs[id] ?? 0);
  expect(allowed.map(({ jobId }) => jobId)).toEqual(['3']);
});

it('begins periods in UTC', () => {
  const end = new Date('2026-12-31T23:59:59.999Z');
  expect(dayOf(end)).toBe('2026-12-31');
  expect(nextPeriod(end, 'day').toISOString()).toBe('2027-01-01T00:00:00.000Z');
  expect(nextPeriod(new Date('2026-02-10T05:00:00Z'), 'month').toISOString()).toBe(
    '2026-03-01T00:00:00.000Z',
  );
});
