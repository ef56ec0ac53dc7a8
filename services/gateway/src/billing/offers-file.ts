import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Database } from '@shotloom/database';
import type { IdentityTables } from '../identity/schema/tables';
import { offerInputSchema, Offers } from './offers';

const planSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1).max(100),
  description: z.string().default(''),
  concurrency: z.int().min(1).max(1000),
  per_provider_concurrency: z.int().min(1).max(5).default(3),
  weight: z.number().min(1).max(8).default(1),
  generations_per_hour: z.int().positive().nullable().default(null),
  members_max: z.int().positive().default(1),
});

/** What an operator sells: the plans that are sold (left alone where they are there already) and the offers. */
export const offersFileSchema = z.strictObject({
  plans: z.array(planSchema).max(100).default([]),
  offers: z.array(offerInputSchema).max(200),
});
export type OffersFile = z.output<typeof offersFileSchema>;

/** Throws a ZodError, or what reading the file throws. */
export async function readOffersFile(path: string): Promise<OffersFile> {
  return offersFileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Makes the catalogue what the file says; offers that are not in it are retired. Again without effect. */
export async function applyOffers(
  database: Database<IdentityTables>,
  file: OffersFile,
): Promise<{ saved: string[]; retired: string[] }> {
  if (file.plans.length > 0) {
    await database.sql
      .insertInto('identity.plans')
      .values(file.plans)
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
  const offers = new Offers(database);
  for (const offer of file.offers) await offers.save(offer);
  const saved = file.offers.map(({ id }) => id);
  const gone = (await offers.listed()).map(({ id }) => id).filter((id) => !saved.includes(id));
  for (const id of gone) await offers.retire(id);
  return { saved, retired: gone };
}
