import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  JobLinks,
  JobResource,
  ModelResource,
  SocketMessage,
  UploadResource,
} from '@shotloom/contracts';
import { samplePath, waitFor, type RuntimeInfo } from '@shotloom/testing';
import { WebSocket } from 'ws';

/** The public API as a client without an SDK uses it: bare HTTP and a bare socket. */
export class Api {
  constructor(
    readonly runtime: Pick<RuntimeInfo, 'gatewayUrl' | 'apiKey' | 'userId'>,
    private readonly key = runtime.apiKey,
  ) {}

  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization') && this.key !== '') headers.set('authorization', `Bearer ${this.key}`);
    return fetch(new URL(path, this.runtime.gatewayUrl), { redirect: 'manual', ...init, headers });
  }

  async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await this.fetch(path, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  post<T>(path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> {
    return this.json<T>(path, send(body, headers));
  }

  async upload(sample = 'chelsea.png'): Promise<UploadResource> {
    const form = new FormData();
    form.set('file', new Blob([new Uint8Array(await readFile(samplePath(sample)))]), basename(sample));
    return this.json<UploadResource>('/api/v1/upload', { method: 'POST', body: form });
  }

  /** An image-to-video job of one second unless told otherwise. */
  async film(assetId: string, more: Record<string, unknown> = {}): Promise<JobResource> {
    const body = {
      prompt: 'camera slowly zooms in',
      asset_id: assetId,
      duration: 1,
      aspect_ratio: '16:9',
      size: '720P',
      ...more,
    };
    return this.post<JobResource>('/api/v1/generate/image-to-video', body);
  }

  job(id: string): Promise<JobResource> {
    return this.json<JobResource>(`/api/v1/jobs/${id}`);
  }

  links(id: string): Promise<JobLinks> {
    return this.json<JobLinks>(`/api/v1/jobs/${id}/links`);
  }

  models(): Promise<{ data: ModelResource[] }> {
    return this.json('/api/v1/models');
  }

  /** Resolves with the job when it is so; a gateway that is down is asked again. */
  async until(
    id: string,
    what: string,
    reached: (job: JobResource) => boolean,
    timeoutMs = 90_000,
  ): Promise<JobResource> {
    let last: JobResource | undefined;
    await waitFor(
      async () => {
        last = await this.job(id).catch(() => last);
        return last !== undefined && reached(last);
      },
      { timeoutMs, what: `job ${id} to be ${what}` },
    );
    if (!last) throw new Error('unreachable');
    return last;
  }

  completed(id: string, timeoutMs?: number): Promise<JobResource> {
    return this.until(id, 'completed', (job) => job.status === 'completed', timeoutMs);
  }

  /** Everything that `/ws/jobs/{id}` says, as it comes. */
  watch(id: string): { messages: SocketMessage[]; socket: WebSocket } {
    const url = new URL(`/ws/jobs/${id}`, this.runtime.gatewayUrl.replace(/^http/, 'ws'));
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${this.key}` } });
    const messages: SocketMessage[] = [];
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as SocketMessage));
    return { messages, socket };
  }
}

export function send(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}
