import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

/** Adds the active trace to the headers, unless they already carry one (the outbox keeps the writer's trace). */
export function withTrace(headers: Readonly<Record<string, string>>): Record<string, string> {
  const carrier: Record<string, string> = { ...headers };
  if (carrier['traceparent'] === undefined) propagation.inject(context.active(), carrier);
  return carrier;
}

/** Runs work as a consumer span below the trace that the headers carry. Costs nothing when no SDK is loaded. */
export async function inTrace<T>(
  headers: Readonly<Record<string, string>>,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  const tracer = trace.getTracer('@shotloom/bus');
  return tracer.startActiveSpan(name, { kind: SpanKind.CONSUMER }, parent, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    } finally {
      span.end();
    }
  });
}
