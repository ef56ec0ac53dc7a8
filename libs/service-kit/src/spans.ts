import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { AppError } from '@shotloom/kernel';

const KINDS = { consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const;

export interface SpanOptions {
  readonly kind: keyof typeof KINDS;
  readonly attributes?: Attributes;
}

const tracer = () => trace.getTracer('@shotloom/service-kit');

/**
 * Runs work as a span below the active one. Costs next to nothing where no SDK is loaded. Of an error only its code is kept: spans leave
 * the house, and what others say may hold what is secret.
 */
export async function inSpan<T>(
  name: string,
  { kind, attributes = {} }: SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  return tracer().startActiveSpan(name, { kind: KINDS[kind], attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(span, codeOf(error));
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A request that somebody outside makes, from its first byte to the last of its answer. */
export interface RequestSpan {
  /** What is called in here, and what follows from it, is below the span. */
  within(work: () => void): void;
  end(route: string, result: { readonly status: number } | 'aborted'): void;
}

/** `headers` may carry the trace of the caller. */
export function requestSpan(method: string, headers: Readonly<Record<string, unknown>>): RequestSpan {
  const parent: Context = propagation.extract(ROOT_CONTEXT, headers);
  const span = tracer().startSpan(
    method,
    { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } },
    parent,
  );
  const below = trace.setSpan(parent, span);
  return {
    within: (work) => context.with(below, work),
    end: (route, result) => {
      span.updateName(`${method} ${route}`).setAttribute('http.route', route);
      if (result === 'aborted') fail(span, 'aborted');
      else {
        span.setAttribute('http.response.status_code', result.status);
        if (result.status >= 500) fail(span, String(result.status));
      }
      span.end();
    },
  };
}

function fail(span: Span, type: string): void {
  span.setStatus({ code: SpanStatusCode.ERROR }).setAttribute('error.type', type);
}

function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
