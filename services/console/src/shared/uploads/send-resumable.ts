import { DetailedError, Upload } from 'tus-js-client';
import { errorOfAnswer, networkError, type ShotloomClient, type UploadResource } from '@shotloom/sdk';
import type { SendOptions } from './send-file';
import { fingerprintOf, forgetUnfinished, unfinishedUploads } from './unfinished';

const TUS_PATH = '/api/v1/uploads/tus';
/** Before it is said that the line is down. Counted anew after every byte that arrived. Milliseconds. */
const RETRY_DELAYS = [500, 1_000, 3_000, 5_000, 10_000];

/** By tus. After a refusal for a session that had ended it is tried again, and goes on where it was. */
export async function sendResumable(
  client: ShotloomClient,
  file: File,
  options: SendOptions,
): Promise<UploadResource> {
  const id = await client.authorized((headers) => sendBytes(client, file, { ...options, headers }));
  // The answer of the last part may have been lost; completing again gives the same asset.
  const stored = await client.completeUpload(id);
  forgetUnfinished(file);
  return stored;
}

interface ByteOptions extends SendOptions {
  readonly headers: Readonly<Record<string, string>>;
}

/** The id of the upload, once all bytes have arrived. */
function sendBytes(
  client: ShotloomClient,
  file: File,
  { headers, onProgress, signal }: ByteOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(reasonOf(signal));
    const stop = () => {
      void upload.abort();
      reject(reasonOf(signal));
    };
    const end = (finish: () => void) => {
      signal.removeEventListener('abort', stop);
      finish();
    };
    const upload = new Upload(file, {
      endpoint: new URL(client.url(TUS_PATH), window.location.href).href,
      headers: { ...headers },
      metadata: { filename: file.name, filetype: file.type },
      retryDelays: RETRY_DELAYS,
      urlStorage: unfinishedUploads,
      fingerprint: () => Promise.resolve(fingerprintOf(file)),
      // A refused HEAD would be taken for an upload that is gone: the session is renewed before it, if need be.
      onBeforeRequest: async (request) => {
        if (request.getMethod() === 'HEAD') await client.me({ signal });
      },
      onShouldRetry: mayRetry,
      onProgress,
      onError: (error) => end(() => reject(errorOf(error))),
      onSuccess: () => end(() => resolve(upload.url?.split('/').at(-1) ?? '')),
    });
    signal.addEventListener('abort', stop, { once: true });
    void upload.findPreviousUploads().then(([previous]) => {
      if (previous) upload.resumeFromPreviousUpload(previous);
      if (!signal.aborted) upload.start();
    });
  });
}

/** No answer, a server in trouble, or somebody who holds the upload for a moment. A refusal stays one. */
function mayRetry({ originalRequest, originalResponse }: DetailedError): boolean {
  if (!originalResponse) return true;
  const status = originalResponse.getStatus();
  const behind = status === 409 && originalRequest.getMethod() === 'PATCH';
  return status >= 500 || status === 423 || status === 429 || behind;
}

function errorOf(error: Error): Error {
  if (!(error instanceof DetailedError)) return error;
  const { originalResponse: response } = error;
  if (!response) return networkError(error);
  return errorOfAnswer(response.getStatus(), response.getBody(), response.getHeader('retry-after') ?? null);
}

function reasonOf({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new Error('stopped');
}
