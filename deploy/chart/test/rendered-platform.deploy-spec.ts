import { Client } from 'pg';
import { RenderedPlatform } from '../src/rendered-platform';
import { secretsOf } from '../src/render-cache';
import { RELEASE } from '../src/render';

/**
 * What `helm install` would start, started here: the proof that the arguments, environments, roles, users and the order
 * of the chart are enough for the services, and that nothing is refused that they need.
 */
describe('the pods of the chart, run on this machine', () => {
  let platform: RenderedPlatform;

  beforeAll(async () => {
    const values = { providers: { kling: { enabled: true } }, setup: { afterRestore: true } };
    platform = await RenderedPlatform.start(values);
  }, 120_000);
  afterAll(async () => {
    await platform.stop();
  }, 60_000);

  it('come up together, services waiting for the setup that runs beside them', async () => {
    const services = platform.startServices();
    await platform.runToEnd('setup');
    await services;
    expect(await platform.log('gateway')).toContain('the door is open');
  }, 300_000);

  it('set up again without effect', async () => {
    expect(await platform.runToEnd('setup')).toContain('The topology is up to date.');
  }, 120_000);

  it('render a film in helm test', async () => {
    expect(await platform.runToEnd('test')).toMatch(/a film of \d+ bytes came back/);
  }, 300_000);

  it('refuse the step after a restore while they run, and have all the rights for it when they do not', async () => {
    await expect(platform.runHook()).rejects.toThrow(/The platform runs/);
    await platform.stopServices();
    expect(await platform.runHook()).toContain('Every invariant holds');
    await platform.startServices();
  }, 300_000);

  it('were refused nothing by NATS', async () => {
    const log = await platform.nats.log();
    expect(log.split('\n').filter((line) => /Violation/.test(line))).toEqual([]);
    expect(log).not.toMatch(/[Aa]uthentication error/);
  });

  it('were refused nothing by Postgres', async () => {
    for (const service of ['gateway', 'job-orchestrator', 'storage', 'webhooks']) {
      expect(await platform.log(service)).not.toContain('permission denied');
    }
  });

  it.each([
    ['shotloom_storage', 'select * from identity.users'],
    ['shotloom_webhooks', 'select * from jobs.jobs'],
    ['shotloom_gateway', 'update ledger.transfers set amount = 0'],
    ['shotloom_gateway', 'select * from jobs.jobs'],
    ['shotloom_job_orchestrator', 'select * from identity.users'],
    ['shotloom_job_orchestrator', 'drop table jobs.jobs'],
  ])('keep %s from: %s', async (role, statement) => {
    const password = secretsOf(platform.manifests).get(`${RELEASE}-postgres-roles`)?.[role] ?? '';
    const url = new URL(platform.postgres.url);
    url.username = role;
    url.password = password;
    const client = new Client({ connectionString: url.href });
    await client.connect();
    try {
      await expect(client.query(statement)).rejects.toThrow(/permission denied|must be owner/);
    } finally {
      await client.end();
    }
  });
});
