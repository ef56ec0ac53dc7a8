import { trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { AppError } from '@shotloom/kernel';
import { createMetrics } from '@shotloom/service-kit';
import { vendorMetrics } from './vendor-metrics';

const exporter = new InMemorySpanExporter();
beforeAll(() => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});
afterAll(() => trace.disable());

it('counts, times and traces a call of a vendor, however it ends', async () => {
  const registry = createMetrics('test');
  const metrics = vendorMetrics(registry, 'kling');
  await metrics.timed('poll', async () => 'answer');
  const refused = new AppError('provider_rate_limited', 'Too many calls.', { outcome: 'refused' });
  await expect(metrics.timed('submit', () => Promise.reject(refused))).rejects.toBe(refused);
  const text = await registry.metrics();
  expect(text).toMatch(/shotloom_vendor_calls_total\{[^}]*verb="poll"[^}]*outcome="ok"[^}]*\} 1/);
  expect(text).toMatch(/shotloom_vendor_calls_total\{[^}]*code="provider_rate_limited"[^}]*\} 1/);
  expect(text).toMatch(/shotloom_vendor_calls_in_flight\{[^}]*verb="submit"[^}]*\} 0/);
  expect(exporter.getFinishedSpans().map(({ name, attributes }) => [name, attributes['error.type']])).toEqual(
    [
      ['kling poll', undefined],
      ['kling submit', 'provider_rate_limited'],
    ],
  );
});

it('shows what has not happened yet as 0, so that the first of it is a rise', async () => {
  const registry = createMetrics('test');
  vendorMetrics(registry, 'kling');
  const text = await registry.metrics();
  expect(text).toMatch(/shotloom_vendor_alarms_total\{[^}]*kind="unknownStatus"[^}]*\} 0/);
  expect(text).toMatch(/shotloom_vendor_polls_dropped_total\{[^}]*reason="expired"[^}]*\} 0/);
});
