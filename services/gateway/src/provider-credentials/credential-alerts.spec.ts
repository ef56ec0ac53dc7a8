import { balanceAlert, spendAlerts } from './credential-alerts';

const watched = {
  ...{ id: 'k', name: 'main', provider: 'kling', version: 1, dayCap: 10_000_000, monthCap: null },
  ...{ percents: [50, 80, 100], lowBalance: 100 },
};
const spend = (dayMicros: number, pause: { capMicros: number } | null = null) => ({
  ...{ credentialId: 'k', dayMicros, monthMicros: dayMicros },
  pause: pause && { ...pause, period: 'day' as const, until: '2026-11-28T00:00:00.000Z' },
});
const keys = (...given: Parameters<typeof spend>): string[] =>
  spendAlerts(watched, spend(...given), '2026-11-27').map(({ key }) => key);

it.each([
  [4_999_999, []],
  [5_000_000, ['spend:k:2026-11-27:50']],
  [8_100_000, ['spend:k:2026-11-27:80']],
  [10_000_000, ['spend:k:2026-11-27:100']],
])('of %s millionths spent tells %j', (spent, expected) => expect(keys(spent)).toEqual(expected));

it('tells that a cap is reached when the next video does not fit, unless the cap was raised since', () => {
  expect(keys(9_500_000, { capMicros: 10_000_000 })).toEqual(['spend:k:2026-11-27:100']);
  expect(keys(9_500_000, { capMicros: 9_600_000 })).toEqual(['spend:k:2026-11-27:80']);
  expect(spendAlerts(watched, undefined, '2026-11-27')).toEqual([]);
});

it('says how much was spent of what, and what follows', () => {
  const [alert] = spendAlerts(
    { ...watched, dayCap: null, monthCap: 20_000_000 },
    spend(10_000_000),
    '2026-11-27',
  );
  expect(alert).toMatchObject({
    key: 'spend:k:2026-11:50',
    subject: expect.stringContaining('50 % of its cap of the month') as string,
  });
  expect(alert?.text).toContain('10.00 USD of 20.00 USD');
});

it('tells of little that is left, counting only what can be used', () => {
  const line = (remaining: string, usable = true) => ({ remaining, unit: 'kling_unit', usable });
  expect(balanceAlert(watched, [line('99.5'), line('500', false)], '2026-11-27')).toMatchObject({
    key: 'balance:k:2026-11-27',
  });
  expect(balanceAlert(watched, [line('60'), line('40')], '2026-11-27')).toBeNull();
  expect(balanceAlert(watched, [line('unknown')], '2026-11-27')).toBeNull();
  expect(balanceAlert(watched, [], '2026-11-27')).not.toBeNull();
  expect(balanceAlert({ ...watched, lowBalance: null }, [], '2026-11-27')).toBeNull();
});
