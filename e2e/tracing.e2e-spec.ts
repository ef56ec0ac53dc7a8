import type { JobResource } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api } from './support/api';
import { TraceCollector, type CollectedSpan } from './support/trace-collector';

/** The real processes export their spans, and one trace goes through several of them. */
jest.setTimeout(180_000);

const TRACE = '0af7651916cd43dd8448eb211c80319c';
let platform: RunningPlatform;
let collector: TraceCollector;
let api: Api;
let job: JobResource;
beforeAll(async () => {
  collector = await TraceCollector.open();
  platform = await startPlatform({
    simulate: ['kling'],
    env: {
      SIMULATOR_ARGS: '--queue-ms 50,100 --run-ms 200,400 --scale 0.1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '200',
    },
  });
  api = new Api(platform.runtime);
  const body = { prompt: 'a wish that nobody else reads', model: 'kling:kling-2.6', duration: 5 };
  job = await api.post<JobResource>('/api/v1/generate/text-to-video', body, {
    traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
  });
  await api.completed(job.id);
});
afterAll(async () => {
  await platform.stop();
  await collector.close();
});

const until = (what: string, reached: (spans: readonly CollectedSpan[]) => boolean): Promise<unknown> =>
  waitFor(() => reached(collector.spans), { timeoutMs: 30_000, what });

it('goes on with the trace of the caller through the gateway into job-orchestrator', async () => {
  const mine = (service: string): string[] =>
    collector.spans
      .filter((span) => span.traceId === TRACE && span.service === service)
      .map(({ name }) => name);
  await until('both services to tell of the order', () =>
    ['shotloom-gateway', 'shotloom-job-orchestrator'].every((service) => mine(service).length > 0),
  );
  expect(mine('shotloom-gateway')).toContain('POST /api/v1/generate/text-to-video');
  expect(mine('shotloom-job-orchestrator')).toContainEqual(expect.stringContaining('accept'));
});

it('has the call of the vendor in one trace with the message that asked for it and the fence before it', async () => {
  await until('the vendor to be called', (spans) => spans.some(({ name }) => name === 'kling submit'));
  const call = collector.spans.find(({ name }) => name === 'kling submit');
  expect(call?.service).toBe('shotloom-provider-kling');
  const around = (): CollectedSpan[] => collector.spans.filter(({ traceId }) => traceId === call?.traceId);
  await until('the fence', () => around().some(({ name }) => name.includes('begin-submit')));
  expect(around().length).toBeGreaterThan(2);
});

it('has spans of every service that the job went through, and nothing of what was asked for or of keys', async () => {
  await until('storage', (spans) => spans.some(({ service }) => service === 'shotloom-storage'));
  const services = new Set(collector.spans.map(({ service }) => service));
  expect([...services]).toEqual(
    expect.arrayContaining([
      'shotloom-gateway',
      'shotloom-job-orchestrator',
      'shotloom-provider-kling',
      'shotloom-storage',
    ]),
  );
  const everything = collector.bodies.join('\n');
  expect(everything).not.toContain('a wish that nobody else reads');
  expect(everything).not.toContain(platform.runtime.apiKey);
});
