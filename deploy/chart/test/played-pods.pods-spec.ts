import { PlayedPlatform } from '../src/played-platform';
import { podman } from '../src/podman';

/** The chart's pods from their images, in containers: users, file systems and arguments as they will be, up to a film. */
describe('the pods of the chart, in containers', () => {
  let platform: PlayedPlatform;

  beforeAll(async () => {
    platform = await PlayedPlatform.start();
  }, 600_000);
  afterAll(async () => {
    await platform?.stop();
  }, 120_000);

  it('come up together, services waiting for the setup that runs beside them', async () => {
    const services = platform.startServices();
    const setup = platform.runToEnd('setup');
    await Promise.all([services, setup]);
    expect(await setup).toMatch(/Changed \d+ streams and consumers/);
  }, 400_000);

  it('render a film in helm test', async () => {
    expect(await platform.runToEnd('test')).toMatch(/a film of \d+ bytes came back/);
  }, 300_000);

  it('run as nobody in particular, with no capability, and can change nothing of what they run', async () => {
    for (const component of platform.services()) {
      const inside = (command: string): Promise<string> =>
        podman('exec', platform.containerOf(component), 'sh', '-c', `${command} 2>&1 || true`);
      expect({ component, uid: (await inside('id -u')).trim() }).toEqual({ component, uid: '10001' });
      expect(await inside('grep CapEff /proc/1/status')).toMatch(/^CapEff:\s+0+$/m);
      expect(await inside('touch /app/x')).toContain('Read-only file system');
      expect(await inside('touch /x')).toContain('Read-only file system');
      expect(await inside('touch /tmp/x')).toBe('');
    }
  }, 120_000);

  it('were refused nothing by NATS, and by Postgres nothing but a look at a schema that was not there yet', async () => {
    expect(await platform.log('nats')).not.toMatch(/Violation|[Aa]uthentication error/);
    const entries = (await platform.log('postgres')).split(/\n(?=\d{4}-\d\d-\d\d )/);
    const errors = entries.flatMap((entry, index) => {
      const statement = entries[index + 1] ?? '';
      return entry.includes(' ERROR: ') && !statement.includes('schema_migrations')
        ? [entry + statement]
        : [];
    });
    expect(errors).toEqual([]);
  });
});
