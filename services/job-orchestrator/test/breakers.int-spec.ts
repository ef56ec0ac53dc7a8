import { sql } from 'kysely';
import { newId } from '@shotloom/kernel';
import { recordOutcomes, resetBreaker, type BreakerChange } from '../src/breaker/breakers';
import { schedulerPass } from '../src/scheduler/pass';
import { EVERYTHING, LIMITS, SchedulingLab } from './scheduling';

let lab: SchedulingLab;
beforeEach(async () => {
  lab = await SchedulingLab.start();
});
afterEach(() => lab.stop());

const provider = 'kling';
const pass = () => lab.pass(provider);

function outcomes(
  credentialId: string,
  outages: number,
  successes: number,
  refusal?: 'provider_auth_failed',
): Promise<BreakerChange | null> {
  const given = { provider, credentialId, outages, successes, ...(refusal ? { refusal } : {}) };
  return lab.database.run((tx) => recordOutcomes(tx.sql, given));
}

const waitIsOver = () => lab.rows(sql`UPDATE jobs.breakers SET retry_at = clock_timestamp()`);
const breakers = () => lab.rows(sql`SELECT state, reason, outages, opens FROM jobs.breakers`);

it('opens after five outages in a row, and a success in between begins the count anew', async () => {
  const key = lab.key(provider);
  expect(await outcomes(key.id, 3, 0)).toBeNull();
  expect(await outcomes(key.id, 1, 1)).toBeNull();
  expect(await outcomes(key.id, 4, 0)).toBeNull();
  expect(await outcomes(key.id, 1, 0)).toMatchObject({ to: 'open', reason: 'provider_unavailable' });
  await lab.jobs({ provider, owner: newId() });
  expect(await pass()).toMatchObject({ started: 0, reason: 'breaker_open' });
});

it('opens at once where the key is refused, for that reason', async () => {
  const key = lab.key(provider);
  expect(await outcomes(key.id, 0, 5, 'provider_auth_failed')).toMatchObject({ to: 'open' });
  expect(await breakers()).toMatchObject([{ state: 'open', reason: 'provider_auth_failed' }]);
  // A poll that still works says nothing about it.
  expect(await outcomes(key.id, 0, 3)).toBeNull();
});

it('writes nothing for a key without trouble', async () => {
  const key = lab.key(provider);
  await outcomes(key.id, 0, 50);
  expect(await breakers()).toEqual([]);
});

it('starts under another key meanwhile, and lets run what is in flight', async () => {
  const [bad, good] = [lab.key(provider), lab.key(provider)];
  await outcomes(bad.id, 5, 0);
  for (let count = 0; count < 3; count += 1) await lab.jobs({ provider, owner: newId() });
  expect((await pass()).started).toBe(3);
  expect((await lab.attempts(provider)).every((row) => row.credential_id === good.id)).toBe(true);
});

describe('when the wait is over', () => {
  it('sends exactly one probe, with three replicas passing at once', async () => {
    const key = lab.key(provider);
    await outcomes(key.id, 5, 0);
    for (let count = 0; count < 10; count += 1) await lab.jobs({ provider, owner: newId() });
    await waitIsOver();
    const replicas = [lab.replica(), lab.replica(), lab.replica()];
    for (let round = 0; round < 5; round += 1) for (const replica of replicas) replica.wake(provider);
    const credentials = await lab.directory().of(provider);
    const passes = Array.from({ length: 6 }, () =>
      lab.database.run((tx) =>
        schedulerPass(tx, { provider, limits: LIMITS, credentials, estimate: () => 0 }),
      ),
    );
    await Promise.all(passes);
    await Promise.all(replicas.map((replica) => replica.stop()));
    await pass();
    expect(await lab.attempts(provider)).toHaveLength(1);
    expect(await breakers()).toMatchObject([{ state: 'half_open' }]);
  });

  it('closes on a success of the probe, and starts the rest', async () => {
    const key = lab.key(provider);
    await outcomes(key.id, 5, 0);
    for (let count = 0; count < 4; count += 1) await lab.jobs({ provider, owner: newId() });
    await waitIsOver();
    expect((await pass()).started).toBe(1);
    expect(await outcomes(key.id, 0, 1)).toMatchObject({ to: 'closed' });
    expect((await pass()).started).toBe(3);
    expect(await breakers()).toMatchObject([{ state: 'closed', opens: 0 }]);
  });

  it('opens again for twice as long where the probe fails too', async () => {
    const key = lab.key(provider);
    await outcomes(key.id, 5, 0);
    await lab.jobs({ provider, owner: newId(), count: 3 });
    await waitIsOver();
    await pass();
    const change = await outcomes(key.id, 1, 0);
    expect(change).toMatchObject({ to: 'open' });
    expect(change?.waitSeconds).toBeGreaterThanOrEqual(30);
    expect(change?.waitSeconds).toBeLessThanOrEqual(36);
    await lab.end(EVERYTHING);
    expect((await pass()).started).toBe(0);
  });

  it('sends another where the probe was lost', async () => {
    const key = lab.key(provider);
    await outcomes(key.id, 5, 0);
    await lab.jobs({ provider, owner: newId(), count: 3 });
    await waitIsOver();
    expect((await pass()).started).toBe(1);
    expect((await pass()).started).toBe(0);
    await waitIsOver();
    expect((await pass()).started).toBe(1);
    expect(await outcomes(key.id, 0, 1)).toMatchObject({ to: 'closed' });
  });
});

it('is closed by hand when the operator has mended the key', async () => {
  const key = lab.key(provider);
  await outcomes(key.id, 0, 0, 'provider_auth_failed');
  await lab.jobs({ provider, owner: newId() });
  expect((await pass()).started).toBe(0);
  await resetBreaker(lab.database.sql, provider, key.id);
  expect((await pass()).started).toBe(1);
});
