import type { Topology } from '@shotloom/bus';
import { PROVIDERS } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import { loadConfig } from '@shotloom/service-kit';
import { platformTopology, topologySchema } from '../../platform-topology';
import type { JobsSchema } from '../../schema/tables';
import { afterRestore, type AfterRestoreReport } from '../after-restore/after-restore';
import { count } from '../checks';
import type { CheckReport } from '../invariants/check-all';
import { EXIT, readNumber, type Command } from './command';
import { section } from './text';

export const afterRestoreCommand: Command = {
  name: 'after-restore',
  usage: '[--dry-run] [--replay-minutes 10] [--start-blind]',
  summary: 'makes a restored database safe to start from: new streams, and nothing is bought again',
  options: {
    'dry-run': { type: 'boolean' },
    'replay-minutes': { type: 'string' },
    'start-blind': { type: 'boolean' },
  },
  positionals: [0, 0],
  async run({ connect, values, env }) {
    const minutes = readNumber(values['replay-minutes'], {
      name: '--replay-minutes',
      otherwise: 10,
      most: 1_440,
    });
    const parts = await connect();
    const report = await afterRestore(parts, {
      topology: await topologyFor(parts.database, env),
      dryRun: values['dry-run'] === true,
      minutes,
      startBlind: values['start-blind'] === true,
    });
    const isWell = report.check?.ok !== false;
    return { json: report, text: describe(report), exitCode: isWell ? EXIT.ok : EXIT.found };
  },
};

/** As the environment says; else for every provider that the database has jobs of. */
async function topologyFor(database: Database<JobsSchema>, env: NodeJS.ProcessEnv): Promise<Topology> {
  const config = loadConfig(topologySchema, env);
  if (env['PROVIDERS_ENABLED']) return platformTopology(config);
  const used = await database.sql.selectFrom('jobs.jobs').select('provider').distinct().execute();
  const known = new Set<string>(PROVIDERS.map(({ id }) => id));
  const more = used.map(({ provider }) => provider).filter((provider) => known.has(provider));
  const PROVIDERS_ENABLED = [...new Set([...config.PROVIDERS_ENABLED, ...more])];
  return platformTopology({ ...config, PROVIDERS_ENABLED });
}

function describe(report: AfterRestoreReport): string[] {
  const { dryRun, newestMessageAt, streams, sentAgain, paused, check } = report;
  const messages = sentAgain.map(({ schema, messages: sent }) => `${schema}: ${sent}`).join(', ');
  return [
    `The newest message is of ${newestMessageAt?.toISOString() ?? 'no time: there is none'}. ${count(report.openJobs, 'job')} had not ended.`,
    ...(dryRun ? ['Nothing was changed. Without --dry-run:'] : []),
    ...section('Attempts', [
      `${report.doubted} may have been sent afterwards, and are uncertain`,
      `${report.lookedUp} uncertain in all are looked up at their vendor by our id`,
      `${report.forPeople} uncertain in all wait for a callback or for you: npm run ops -- uncertain list`,
      `${report.asked} are at their vendor, which is asked`,
      `${report.storedAgain} are stored again, ${report.madeAgain} of our own engines are made again`,
    ]),
    ...section('Streams, which are made anew; clients are told the present state', [
      `taken away: ${streams.length === 0 ? 'none, they were gone' : streams.join(', ')}`,
      `messages that go out again, by schema: ${messages === '' ? 'none' : messages}`,
    ]),
    ...section(
      'Paused, since a job that waits may have been bought: look at the vendor, then npm run ops -- provider resume',
      paused.map(({ provider, waiting }) => `${provider}: ${count(waiting, 'job')} waiting`),
    ),
    ...(check === null ? [] : ['', checked(check)]),
  ];
}

function checked({ ok, found }: CheckReport): string {
  if (ok) return 'Every invariant holds. The services may start.';
  const rules = Object.entries(found).map(([rule, times]) => `${rule} ${times}`);
  return `Broken: ${rules.join(', ')}. Do not start the services: see npm run ops -- check.`;
}
