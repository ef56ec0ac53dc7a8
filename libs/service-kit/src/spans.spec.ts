import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { AppError } from '@shotloom/kernel';
import { inSpan, requestSpan } from './spans';

const exporter = new InMemorySpanExporter();
beforeAll(() => {
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});
beforeEach(() => exporter.reset());
afterAll(() => trace.disable());

const only = () => {
  const [span, ...more] = exporter.getFinishedSpans();
  expect(more).toEqual([]);
  return span;
};

it('is one span for the work, with what it is told and the answer handed on', async () => {
  const attributes = { 'shotloom.provider': 'kling' };
  await expect(inSpan('kling poll', { kind: 'client', attributes }, async () => 7)).resolves.toBe(7);
  expect(only()).toMatchObject({ name: 'kling poll', kind: SpanKind.CLIENT, attributes });
  expect(only()?.status.code).toBe(SpanStatusCode.UNSET);
});

it('keeps the code of an error and nothing that it says', async () => {
  const failing = inSpan('kling submit', { kind: 'client' }, () =>
    Promise.reject(new AppError('provider_failed', 'The key sk-hidden was refused.')),
  );
  await expect(failing).rejects.toThrow('sk-hidden');
  expect(only()?.attributes).toEqual({ 'error.type': 'provider_failed' });
  expect(only()?.status).toEqual({ code: SpanStatusCode.ERROR });
});

it.each([
  [200, SpanStatusCode.UNSET, undefined],
  [404, SpanStatusCode.UNSET, undefined],
  [503, SpanStatusCode.ERROR, '503'],
])('calls a request that ended with %i by its route', (status, code, type) => {
  requestSpan('GET', {}).end('/api/v1/jobs/:id', { status });
  expect(only()).toMatchObject({ name: 'GET /api/v1/jobs/:id', kind: SpanKind.SERVER, status: { code } });
  expect(only()?.attributes['error.type']).toBe(type);
});

it('says of a request whose client has left that it was aborted', () => {
  requestSpan('POST', {}).end('/api/v1/upload', 'aborted');
  expect(only()?.attributes).toMatchObject({ 'http.route': '/api/v1/upload', 'error.type': 'aborted' });
});
