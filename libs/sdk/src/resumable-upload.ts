import { asError, delayAfter, pause } from './backoff';
import { ShotloomError } from './errors';
import type { RawAnswer, Transport } from './transport';
import type { UploadResource, UploadSession } from './types';
import type { UploadOptions } from './upload';

export interface ResumableOptions extends UploadOptions {
  /** An upload that was begun before, by its address: only what is missing is sent. It must be of the same file. */
  readonly resume?: string;
  /** The address of the upload, as soon as there is one: keep it to go on after the page or the process has ended. */
  readonly onBegun?: (address: string) => void;
  /** Bytes in one request. Default 8 MiB, which is what the server keeps in one piece. */
  readonly chunkBytes?: number;
}

const PATH = '/api/v1/uploads/tus';
const CHUNK_BYTES = 8 * 1024 * 1024;
const PROTOCOL = { 'tus-resumable': '1.0.0' };
/** Failures in a row without a byte more at the server. */
const MOST_FAILURES = 8;

/**
 * Sends a file in pieces by the tus protocol, version 1.0. Where the line is cut, the server is asked how much it has, and the rest is
 * sent: no byte that arrived is sent again, and the file is one asset however often it was cut.
 */
export class ResumableUpload {
  private failures = 0;

  constructor(
    private readonly transport: Transport,
    private readonly file: Blob,
    private readonly options: ResumableOptions,
  ) {}

  /** What the file became. Throws a ShotloomError; an aborted signal rejects with its reason, and the upload can be resumed. */
  async run(): Promise<UploadResource> {
    const { resume, onBegun } = this.options;
    const address = resume ?? (await this.insist(() => this.begin()));
    if (resume === undefined) onBegun?.(address);
    let offset = resume === undefined ? 0 : await this.insist(() => this.ask(address));
    this.tell(offset);
    while (offset < this.file.size) {
      const from = offset;
      offset = await this.insist(() => this.send(address, from)).catch(async (error: unknown) => {
        // Another piece of the same upload was there first, or the answer to this one was lost.
        if (error instanceof ShotloomError && error.status === 409)
          return this.insist(() => this.ask(address));
        throw error;
      });
      if (offset > from) this.failures = 0;
      else this.fail(new ShotloomError('conflict', 'The upload does not go on: something else sends to it.'));
      this.tell(offset);
    }
    return this.result(address);
  }

  private async begin(): Promise<string> {
    const { file, options } = this;
    const name = options.fileName ?? ('name' in file ? String(file.name) : 'upload');
    const { headers } = await this.request('POST', PATH, {
      'upload-length': String(file.size),
      'upload-metadata': `filename ${base64(name)},filetype ${base64(file.type || guessType(name))}`,
    });
    const location = headers.get('location');
    if (!location) throw new ShotloomError('bad_response', 'The server gave no address for the upload.');
    return location;
  }

  private async ask(address: string): Promise<number> {
    const { headers } = await this.request('HEAD', address);
    return offsetIn(headers, this.file.size);
  }

  private async send(address: string, offset: number): Promise<number> {
    const end = Math.min(this.file.size, offset + (this.options.chunkBytes ?? CHUNK_BYTES));
    const { headers } = await this.request(
      'PATCH',
      address,
      { 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset) },
      this.file.slice(offset, end),
    );
    return offsetIn(headers, this.file.size);
  }

  /** Once more after what may pass; after a cut the server knows best where to go on. */
  private async insist<T>(run: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await run();
      } catch (error) {
        if (this.options.signal?.aborted) throw asError(this.options.signal.reason);
        if (!(error instanceof ShotloomError) || !mayPass(error)) throw error;
        this.fail(error);
        const wait = delayAfter(this.transport.options.backoff, this.failures);
        await pause(Math.max(wait, error.retryAfterMs ?? 0), this.options.signal);
        // A piece that arrived although its answer was lost is found by the 409 that sending it again gives.
      }
    }
  }

  private fail(error: ShotloomError): void {
    this.failures += 1;
    if (this.failures > MOST_FAILURES) throw error;
  }

  private request(
    method: 'POST' | 'HEAD' | 'PATCH',
    path: string,
    headers: Record<string, string> = {},
    body?: Blob,
  ): Promise<RawAnswer> {
    const { signal } = this.options;
    return this.transport.raw(path, { method, headers: { ...PROTOCOL, ...headers }, body, signal });
  }

  private tell(sent: number): void {
    this.options.onProgress?.(sent, this.file.size);
  }

  private async result(address: string): Promise<UploadResource> {
    const id = address.split('/').at(-1) ?? '';
    const path = `/api/v1/uploads/${encodeURIComponent(id)}`;
    const { signal } = this.options;
    const { state, upload } = await this.transport.call<UploadSession>(path, { signal });
    // All bytes were there before, and only the look at them was not.
    if (state === 'open') {
      return this.transport.call<UploadResource>(`${path}/complete`, {
        method: 'POST',
        repeatable: true,
        signal,
      });
    }
    if (upload) return upload;
    throw new ShotloomError('conflict', `The upload has ended: it is ${state}. Send the file anew.`);
  }
}

const mayPass = ({ code, status }: ShotloomError): boolean =>
  code === 'network_error' || status === 429 || status === 423 || status >= 500;

function offsetIn(headers: Headers, size: number): number {
  const offset = Number(headers.get('upload-offset') ?? NaN);
  if (Number.isSafeInteger(offset) && offset >= 0 && offset <= size) return offset;
  throw new ShotloomError('bad_response', 'The server did not say how much of the file it has.');
}

const base64 = (text: string): string => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

const TYPES: Readonly<Record<string, string>> = {
  ...{ jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' },
  ...{ mp4: 'video/mp4', mov: 'video/quicktime', webm: 'video/webm' },
};
/** The type only has to be one that is taken: what counts is what the content says. */
const guessType = (name: string): string => TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'video/mp4';
