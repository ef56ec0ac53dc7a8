import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { inputRole, type JobInput, type RenderedObject } from '@shotloom/contracts';
import { AppError, backoffMs, type RetryPolicy } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { RenderInput, RenderResult } from './render-engine';

/** A store that is restarted is back within these; a longer outage is another attempt's business. */
const TRANSFER_TRIES: RetryPolicy = { maxAttempts: 5, baseMs: 300, factor: 2.5, maxMs: 5_000, jitter: 0.3 };

/** Fetches inputs into the folder of an attempt. Throws `payload_too_large` above `maxBytes`, and what the store throws. */
export async function downloadInputs(
  store: ObjectStore,
  inputs: readonly JobInput[],
  options: { readonly dir: string; readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<readonly RenderInput[]> {
  return Promise.all(
    inputs.map(async ({ role, objectKey, contentType }, index) => {
      const path = join(options.dir, `input-${index}`);
      await withRetries(options.signal, async () => {
        const { body } = await store.get(objectKey, { signal: options.signal });
        await pipeline(body, limit(options.maxBytes), createWriteStream(path), { signal: options.signal });
      });
      return { role: inputRole(role), path, contentType };
    }),
  );
}

/** Puts a finished file into the store under `key`. */
export async function uploadResult(
  store: ObjectStore,
  { path, contentType }: RenderResult,
  key: string,
  signal: AbortSignal,
): Promise<RenderedObject> {
  const { size } = await stat(path);
  const { sha256 } = await withRetries(signal, () =>
    store.put(key, createReadStream(path), { contentType, size, signal }),
  );
  return { kind: 'object', key, contentType, sizeBytes: size, sha256 };
}

/** Tries again what may pass by itself, with waits between. */
async function withRetries<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let failed = 1; ; failed += 1) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof AppError ? error.retryable : isConnectionTrouble(error);
      if (signal.aborted || !passing || failed === TRANSFER_TRIES.maxAttempts) throw error;
      await delay(backoffMs(TRANSFER_TRIES, failed), undefined, { signal });
    }
  }
}

/** A body that broke off in the middle comes as an error of the network, not of ours. */
function isConnectionTrouble(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ECONN|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE|UND_ERR)/.test(code);
}

function limit(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      seen += chunk.length;
      if (seen <= maxBytes) return done(null, chunk);
      return done(
        new AppError('payload_too_large', `An input is larger than the ${maxBytes} bytes allowed.`),
      );
    },
  });
}
