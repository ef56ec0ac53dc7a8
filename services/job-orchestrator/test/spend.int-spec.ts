import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { readCredentialSpend, readSpend } from '../src/spend/spend-queries';
import { EVERYTHING, SchedulingLab } from './scheduling';

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
  lab.estimate = 100;
});
afterEach(() => lab.stop());

const provider = 'kling';
const today = new Date().toISOString().slice(0, 10);
const pass = () => lab.pass(provider, { perUser: 100, batch: 50 });
const spentBy = async (id: string) =>
  (await readCredentialSpend(lab.database, [id])).credentials[0] ?? {
    dayMicros: -1,
    monthMicros: -1,
    pause: null,
  };
/** The vendor took each task, and ended it so. */
const ended = async (set: string): Promise<void> => {
  await sql`UPDATE jobs.attempts SET submitted_at = now(), ${sql.raw(set)} WHERE finished_at IS NULL`.execute(
    lab.database.sql,
  );
  await lab.end(EVERYTHING);
};

it('reserves what a video will cost when it is started, by key, day and model', async () => {
  const key = lab.key(provider);
  await lab.jobs({ provider, owner: newId(), count: 3, model: 'a' });
  await lab.jobs({ provider, owner: newId(), count: 1, model: 'b' });
  await pass();
  expect(await spentBy(key.id)).toMatchObject({ dayMicros: 400, monthMicros: 400, pause: null });
  const by = async (by: 'model' | 'credential' | 'provider' | 'day') =>
    (await readSpend(lab.database, { by, from: today, to: today })).rows;
  expect(await by('model')).toEqual([
    { key: 'a', micros: 300, attempts: 3, delivered: 0 },
    { key: 'b', micros: 100, attempts: 1, delivered: 0 },
  ]);
  expect(await by('credential')).toMatchObject([{ key: key.id, micros: 400 }]);
  expect(await by('provider')).toMatchObject([{ key: provider, micros: 400 }]);
  expect(await by('day')).toMatchObject([{ key: today, micros: 400 }]);
  expect((await readSpend(lab.database, { by: 'day', from: '2026-01-01', to: '2026-01-02' })).rows).toEqual(
    [],
  );
});

it.each<[string, string, number]>([
  ['what the vendor reported', `cost = '{"amount":"1.5","unit":"kling_unit"}'`, 210_000],
  ['nothing of what it failed', `error = '{"code":"provider_failed","chargeable":false}'`, 0],
  ['all of what it failed and charges', `error = '{"code":"provider_failed","chargeable":true}'`, 100],
  ['all of what may still come', `error = '{"code":"provider_timeout","chargeable":false}'`, 100],
  ['all of what nobody knows', `submitted_at = NULL, error = '{"code":"submit_unknown"}'`, 100],
  ['nothing of what was never taken', `submitted_at = NULL, error = '{"code":"provider_failed"}'`, 0],
  ['the estimate where the unit is not known', `cost = '{"amount":"7","unit":"shell"}', result = '{}'`, 100],
  [
    'the estimate where the amount is no number',
    `cost = '{"amount":"much","unit":"usd"}', result = '{}'`,
    100,
  ],
])('counts %s in the end', async (_, set, micros) => {
  const key = lab.key(provider);
  await lab.jobs({ provider, owner: newId() });
  await pass();
  // Of two assignments of one column the test's own counts.
  const plain = set.startsWith('submitted_at') ? set : `${set}`;
  if (set.startsWith('submitted_at')) {
    await sql`UPDATE jobs.attempts SET ${sql.raw(plain)}`.execute(lab.database.sql);
    await lab.end(EVERYTHING);
  } else await ended(plain);
  await pass();
  expect((await spentBy(key.id)).dayMicros).toBe(micros);
  expect((await lab.attempts(provider))[0]?.vendor_micros).toBe(micros);
  await pass();
  expect((await spentBy(key.id)).dayMicros).toBe(micros);
});

it('pauses a key when the next video would pass its cap, says why, and goes on when the cap is raised', async () => {
  const key = lab.key(provider, { dayCapMicros: 250, monthCapMicros: 1_000 });
  await lab.jobs({ provider, owner: newId(), count: 6 });
  expect(await pass()).toMatchObject({ started: 2 });
  expect(await pass()).toMatchObject({ started: 0, reason: 'spend_cap', news: true });
  const tomorrow = new Date(Date.parse(today) + 86_400_000).toISOString();
  expect(await spentBy(key.id)).toEqual({
    ...{ credentialId: key.id, dayMicros: 200, monthMicros: 200 },
    pause: { period: 'day', until: tomorrow, capMicros: 250 },
  });
  lab.credentials.set(provider, [{ ...key, dayCapMicros: 400 }]);
  expect(await pass()).toMatchObject({ started: 2 });
  expect(await pass()).toMatchObject({ started: 0, reason: 'spend_cap' });
  lab.credentials.set(provider, [{ ...key, dayCapMicros: null }]);
  expect(await pass()).toMatchObject({ started: 2, reason: null });
});

it('goes on by itself when the period is over', async () => {
  const key = lab.key(provider, { dayCapMicros: 100 });
  await lab.jobs({ provider, owner: newId(), count: 2 });
  expect(await pass()).toMatchObject({ started: 1 });
  expect(await pass()).toMatchObject({ started: 0, reason: 'spend_cap' });
  // Yesterday's.
  await sql`UPDATE jobs.spend SET day = day - 1`.execute(lab.database.sql);
  await sql`UPDATE jobs.spend_pauses SET until = now()`.execute(lab.database.sql);
  expect(await pass()).toMatchObject({ started: 1 });
  expect((await spentBy(key.id)).dayMicros).toBe(100);
});

it('uses another key while one rests', async () => {
  const capped = lab.key(provider, { dayCapMicros: 100 });
  const free = lab.key(provider);
  for (let count = 0; count < 4; count += 1) await lab.jobs({ provider, owner: newId() });
  for (let round = 0; round < 3; round += 1) await pass();
  const used = (await lab.attempts(provider)).map((row) => row.credential_id);
  expect(used.filter((id) => id === capped.id)).toHaveLength(1);
  expect(used.filter((id) => id === free.id)).toHaveLength(3);
});

it('never passes a cap, however many replicas start attempts at the same time', async () => {
  const key = lab.key(provider, { dayCapMicros: 1_050 });
  const replicas = [1, 2, 3].map(() => lab.replica({ perUser: 5, batch: 2 }));
  for (let count = 0; count < 20; count += 1) await lab.jobs({ provider, owner: newId(), count: 2 });
  const rounds = Array.from({ length: 30 }, async () => {
    for (const replica of replicas) replica.wake(provider);
    await new Promise((resolve) => setImmediate(resolve));
  });
  await Promise.all(rounds);
  await waitFor(async () => (await spentBy(key.id)).pause !== null, { what: 'the cap to be reached' });
  await Promise.all(replicas.map((replica) => replica.stop()));
  expect(await lab.attempts(provider)).toHaveLength(10);
  expect(await spentBy(key.id)).toMatchObject({ dayMicros: 1_000, monthMicros: 1_000 });
});
