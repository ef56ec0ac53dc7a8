import { asError } from './backoff';
import { errorOfAnswer, networkError, parseJson, ShotloomError } from './errors';
import type { Transport } from './transport';
import type { UploadResource } from './types';

export interface UploadOptions {
  /** The name that the asset keeps; a File's own name otherwise. */
  readonly fileName?: string;
  /** Bytes sent so far, of how many. In the browser as it goes; elsewhere once, at the end. */
  readonly onProgress?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The part of XMLHttpRequest that is used: `fetch` cannot tell how much of a body has been sent. */
interface ProgressRequest {
  readonly upload: {
    onprogress: ((event: { readonly loaded: number; readonly total: number }) => void) | null;
  };
  readonly status: number;
  readonly responseText: string;
  withCredentials: boolean;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  getResponseHeader(name: string): string | null;
  send(body: FormData): void;
  abort(): void;
}

const UPLOAD_PATH = '/api/v1/upload';

/** Sends one file. It is not tried again by itself: a second copy would be a second asset. */
export async function uploadFile(
  transport: Transport,
  file: Blob,
  options: UploadOptions = {},
): Promise<UploadResource> {
  const form = new FormData();
  form.append('file', file, options.fileName ?? ('name' in file ? String(file.name) : 'upload'));
  const Request = (globalThis as { XMLHttpRequest?: new () => ProgressRequest }).XMLHttpRequest;
  if (options.onProgress && Request) {
    return transport.authorized(() => sendWithProgress(new Request(), transport, form, options));
  }
  const stored = await transport.call<UploadResource>(UPLOAD_PATH, {
    method: 'POST',
    form,
    signal: options.signal,
  });
  options.onProgress?.(file.size, file.size);
  return stored;
}

function sendWithProgress(
  request: ProgressRequest,
  transport: Transport,
  form: FormData,
  { onProgress, signal }: UploadOptions,
): Promise<UploadResource> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(asError(signal.reason));
    const abort = () => request.abort();
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (finish: () => void) => () => {
      signal?.removeEventListener('abort', abort);
      finish();
    };
    request.open('POST', transport.url(UPLOAD_PATH));
    const { headers, cookies } = transport.credentials;
    request.withCredentials = cookies;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(loaded, total);
    request.onerror = settle(() => reject(networkError(new Error('upload failed'))));
    request.onabort = settle(() => reject(asError(signal?.reason)));
    request.onload = settle(() => {
      const { status, responseText } = request;
      if (status < 200 || status > 299) {
        return reject(errorOfAnswer(status, responseText, request.getResponseHeader('retry-after')));
      }
      const parsed = parseJson(responseText);
      if (parsed === undefined)
        return reject(new ShotloomError('bad_response', 'The answer is not JSON.', { status }));
      resolve(parsed as UploadResource);
    });
    request.send(form);
  });
}
