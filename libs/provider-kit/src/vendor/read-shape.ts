import { AppError, type CallOutcome } from '@shotloom/kernel';
import type { z } from 'zod';

const MAX_PROBLEM = 400;

/** A vendor's answer, or what is wrong with its shape in words; values of the answer are not repeated. */
export type ShapeResult<T> =
  { readonly ok: true; readonly data: T } | { readonly ok: false; readonly problem: string };

export function readShape<T>(schema: z.ZodType<T>, body: unknown): ShapeResult<T> {
  if (body === undefined) return { ok: false, problem: 'the body is not JSON' };
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, data: result.data };
  const issues = result.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return { ok: false, problem: issues.join('; ').slice(0, MAX_PROBLEM) };
}

/** What a call that buys nothing answered, read. Throws where it cannot be. */
export function parseShape<T>(provider: string, schema: z.ZodType<T>, body: unknown): T {
  const shape = readShape(schema, body);
  if (shape.ok) return shape.data;
  throw wrongShape(provider, shape.problem, 'accepted');
}

/** The JSON of raw bytes, such as a callback's; undefined where they are none. */
export function jsonOfBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The error for an answer that cannot be read. On a call that may have bought something give `unknown`. */
export function wrongShape(provider: string, problem: string, outcome: CallOutcome): AppError {
  const code = outcome === 'unknown' ? 'submit_unknown' : 'provider_failed';
  return new AppError(code, `${provider} answered in a form that this release cannot read: ${problem}.`, {
    provider,
    outcome,
    retryable: outcome !== 'unknown',
    details: { problem },
  });
}
