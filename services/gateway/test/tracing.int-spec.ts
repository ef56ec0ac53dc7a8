import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { call, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

const exporter = new InMemorySpanExporter();
const TRACE = '0af7651916cd43dd8448eb211c80319c';
let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  gateway = await startGateway();
  user = await gateway.addUser();
});
beforeEach(() => exporter.reset());
afterAll(async () => {
  await gateway.close();
  trace.disable();
  context.disable();
  propagation.disable();
});

const spansOf = (traceId: string) =>
  exporter.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
const rootOf = (name: string) => exporter.getFinishedSpans().find((span) => span.name === name);

it('takes up the trace of the caller, and hands it on over the bus', async () => {
  const headers = { traceparent: `00-${TRACE}-b7ad6b7169203331-01` };
  await call(gateway, `/api/v1/jobs/${newId()}`, user, { headers });
  await waitFor(() => rootOf('GET /api/v1/jobs/:id'), { what: 'the span of the request' });
  const root = rootOf('GET /api/v1/jobs/:id');
  expect(root?.attributes).toMatchObject({
    'http.route': '/api/v1/jobs/:id',
    'http.response.status_code': 404,
  });
  expect(root?.spanContext().traceId).toBe(TRACE);
  const asked = spansOf(TRACE).filter(
    (span) => span.parentSpanContext?.spanId === root?.spanContext().spanId,
  );
  expect(asked.map(({ name }) => name)).toContainEqual(expect.stringContaining('job-orchestrator.get'));
});

it('has what follows from a request with a body below its span, and nothing of what was sent', async () => {
  const json = { prompt: 'a secret wish', model: 'animatic:animatic-1', duration: 1 };
  await call(gateway, '/api/v1/generate/text-to-video', user, { method: 'POST', json });
  const name = 'POST /api/v1/generate/text-to-video';
  await waitFor(() => rootOf(name), { what: 'the span of the request' });
  const below = spansOf(rootOf(name)?.spanContext().traceId ?? '').map((span) => span.name);
  expect(below).toContainEqual(expect.stringContaining('job-orchestrator.accept'));
  const text = JSON.stringify(
    exporter.getFinishedSpans().map((span) => [span.name, span.attributes, span.status]),
  );
  expect(text).not.toContain('secret wish');
  expect(text).not.toContain(user.apiKey);
});
