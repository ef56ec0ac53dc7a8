import { join } from 'node:path';
import { migrate, openDatabase, type Database } from '@shotloom/database';
import { ledgerMigrations } from '@shotloom/ledger';
import { createTestDatabase, silentLogger, type TestDatabase } from '@shotloom/testing';
import { Offers } from '../src/billing/offers';
import { applyOffers, readOffersFile } from '../src/billing/offers-file';
import { identityMigrations } from '../src/identity/schema/migrations';
import type { IdentityTables } from '../src/identity/schema/tables';

let testDatabase: TestDatabase;
let database: Database<IdentityTables>;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  await migrate({ url: testDatabase.url }, [identityMigrations, ledgerMigrations]);
  database = openDatabase({ url: testDatabase.url, applicationName: 'offers-test', logger: silentLogger() });
});
afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const DEMO = join(__dirname, '..', '..', '..', 'deploy', 'local', 'demo-offers.json');
const pack = {
  kind: 'pack',
  id: 'p',
  title: 'P',
  description: '',
  credits: 5,
  amount: 100,
  currency: 'usd',
  position: 0,
} as const;

it('sells nothing until a file says so, then exactly that, again without effect', async () => {
  const offers = new Offers(database);
  expect(await offers.listed()).toEqual([]);
  const file = await readOffersFile(DEMO);
  await applyOffers(database, file);
  const first = await offers.listed();
  expect(first.map(({ id }) => id)).toEqual(['credits-500', 'credits-3000', 'creator', 'studio']);
  expect(await applyOffers(database, file)).toMatchObject({ retired: [] });
  expect((await offers.listed()).map(({ id }) => id)).toEqual(first.map(({ id }) => id));
  expect(await applyOffers(database, { plans: [], offers: [pack] })).toMatchObject({
    saved: ['p'],
    retired: ['credits-500', 'credits-3000', 'creator', 'studio'],
  });
});

it('refuses to sell a plan that is not there, or that gives credits of its own', async () => {
  const offers = new Offers(database);
  const subscription = { ...pack, kind: 'subscription', id: 's', planId: 'nowhere' } as const;
  await expect(offers.save(subscription)).rejects.toMatchObject({
    code: 'invalid_input',
    fields: [{ field: 'planId' }],
  });
  await database.sql
    .insertInto('identity.plans')
    .values({ id: 'gives', title: 'Gives', concurrency: 1, monthly_credits: 10 })
    .execute();
  await expect(offers.save({ ...subscription, planId: 'gives' })).rejects.toThrow(/0 monthly credits/);
  await expect(offers.save({ ...pack, kind: 'subscription', planId: 'standard' })).rejects.toMatchObject({
    code: 'conflict',
  });
});

it('forgets a price that it made when the offer changes, and keeps what an old price stands for', async () => {
  const offers = new Offers(database);
  const plan = { ...pack, kind: 'subscription', id: 'plan', planId: 'standard' } as const;
  await offers.save(plan);
  await offers.keepPrice(await offers.get('plan'), 'price_one');
  await offers.save({ ...plan, title: 'Other words' });
  expect(await offers.get('plan')).toMatchObject({ stripe_price_id: 'price_one' });
  await offers.save({ ...plan, credits: 6 });
  expect(await offers.get('plan')).toMatchObject({ stripe_price_id: null });
  const old = await database.sql.selectFrom('identity.billing_prices').selectAll().execute();
  expect(old.map(({ stripe_price_id, credits }) => [stripe_price_id, Number(credits)])).toEqual([
    ['price_one', 5],
  ]);
  await expect(offers.save({ ...plan, credits: 6, stripePriceId: 'price_one' })).rejects.toMatchObject({
    code: 'conflict',
  });
});
