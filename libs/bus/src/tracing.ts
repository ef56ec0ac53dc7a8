import { context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import { inSpan } from '@shotloom/service-kit';

/** Adds the active trace to the headers, unless they already carry one (the outbox keeps the writer's trace). */
export function withTrace(headers: Readonly<Record<string, string>>): Record<string, string> {
  const carrier: Record<string, string> = { ...headers };
  if (carrier['traceparent'] === undefined) propagation.inject(context.active(), carrier);
  return carrier;
}

/** Runs work as a consumer span below the trace that the headers carry. Costs nothing when no SDK is loaded. */
export function inTrace<T>(
  headers: Readonly<Record<string, string>>,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const parent = propagation.extract(ROOT_CONTEXT, headers);
  return context.with(parent, () => inSpan(name, { kind: 'consumer' }, work));
}
