import fc from 'fast-check';
import type { Database } from '@shotloom/database';
import { checkInvariants } from '@shotloom/ledger';
import { startLedger, type Fixture } from './fixture';
import { compareWorld, replay } from './property/compare';
import { prepareOrder, runSchedules, type Counts } from './property/run-schedule';
import { World, schedules } from './property/steps';

/**
 * `LEDGER_PROPERTY_RUNS` makes more schedules, and takes the time that they need; without it the time is limited too.
 * A failure prints its seed and path: with them in `LEDGER_PROPERTY_SEED` and `LEDGER_PROPERTY_PATH` the same schedule
 * runs again, though the connections may take their turns otherwise; the call that failed is printed with its place
 * in the order of the locks.
 */
const MORE_RUNS = process.env['LEDGER_PROPERTY_RUNS'];
const RUNS = Number(MORE_RUNS ?? 100);
const TIME_LIMIT_MS = MORE_RUNS === undefined ? 45_000 : RUNS * 1_500;
const SEED = process.env['LEDGER_PROPERTY_SEED'];
const PATH = process.env['LEDGER_PROPERTY_PATH'];
const REPLAY = { ...(SEED ? { seed: Number(SEED) } : {}), ...(PATH ? { path: PATH } : {}) };
/** A new database after so many schedules, so that looking at all of it stays quick. */
const FRESH_AFTER = 150;

let fixture: Fixture | undefined;
let used = 0;
async function databaseFor(): Promise<Database<unknown>> {
  if (fixture === undefined || used >= FRESH_AFTER) {
    await fixture?.stop();
    fixture = await startLedger(6);
    await prepareOrder(fixture.database);
    used = 0;
  }
  used += 1;
  return fixture.database;
}
afterAll(() => fixture?.stop());

it(
  'answers as a ledger of one thread would, whatever calls several connections make at once',
  async () => {
    const property = fc.asyncProperty(schedules, async (each) => {
      const database = await databaseFor();
      const counts: Counts = { deadlocks: 0 };
      const world = new World();
      const model = replay(await runSchedules(database, world, each, counts));
      await compareWorld(database, world, model);
      expect(await checkInvariants(database.sql)).toEqual([]);
      expect(counts).toEqual({ deadlocks: 0 });
    });
    await fc.assert(property, { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT_MS, ...REPLAY });
  },
  TIME_LIMIT_MS + 60_000,
);
