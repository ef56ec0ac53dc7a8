import { AppError } from '@shotloom/kernel';
import { PROVIDERS } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { pauseProvider, resumeProvider } from '../scheduler/provider-settings';
import type { JobsSchema } from '../schema/tables';
import { readProviders, type ProviderFacts } from './provider-facts';

/** No more of its jobs are started; what is under way goes on. Throws `not_found` for a name that nobody uses. */
export async function pause(
  database: Database<JobsSchema>,
  provider: string,
  reason: string,
): Promise<ProviderFacts> {
  await mustBeKnown(database, provider);
  await database.run((tx) => pauseProvider(tx, provider, reason));
  return showProvider(database, provider);
}

/** Its jobs are started again, by the scheduler's next pass. Throws `not_found` for a name that nobody uses. */
export async function resume(database: Database<JobsSchema>, provider: string): Promise<ProviderFacts> {
  await mustBeKnown(database, provider);
  await database.run((tx) => resumeProvider(tx, provider));
  return showProvider(database, provider);
}

export async function showProvider(database: Database<JobsSchema>, provider: string): Promise<ProviderFacts> {
  const [facts] = await readProviders(database, provider);
  if (!facts) throw new AppError('not_found', `Nothing is known of the provider ${provider}.`);
  return facts;
}

/** A name with a slip in it would be paused without an effect, and nobody would notice. */
export async function mustBeKnown(database: Database<JobsSchema>, provider: string): Promise<void> {
  if (PROVIDERS.some(({ id }) => id === provider)) return;
  const used = await database.sql
    .selectFrom('jobs.jobs')
    .select('provider')
    .where('provider', '=', provider)
    .limit(1)
    .executeTakeFirst();
  if (used) return;
  const names = PROVIDERS.map(({ id }) => id).join(', ');
  throw new AppError('not_found', `There is no provider ${provider}, and no job names it. Known: ${names}.`);
}
