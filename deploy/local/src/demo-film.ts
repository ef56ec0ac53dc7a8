import { samplePath, waitFor } from '@shotloom/testing';
import { createWriteStream, openAsBlob } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { Voice } from './terminal';

const SAMPLE = 'chelsea.png';
const RENDER_MS = 180_000;

interface Api {
  readonly url: string;
  readonly apiKey: string;
}

interface Job {
  readonly id: string;
  readonly status: string;
  readonly progress_percentage: number;
  readonly error: { readonly message: string } | null;
}

/**
 * The proof that the platform works, as any client would do it: a photograph goes up, a video comes down. Returns the
 * path of the MP4.
 */
export async function renderDemoFilm(
  api: Api,
  { folder, voice, signal }: { folder: string; voice: Voice; signal: AbortSignal },
): Promise<string> {
  const began = performance.now();
  const job = await submit(api, await upload(api));
  const finished = await waitFor(
    async () => {
      const now = await readJson<Job>(await call(api, `/api/v1/jobs/${job.id}`));
      if (['failed', 'cancelled'].includes(now.status)) return now;
      const done = now.status === 'completed';
      voice.progress('Rendering', done ? 1 : Math.min(now.progress_percentage, 99) / 100);
      return done ? now : false;
    },
    { what: 'the demo video', timeoutMs: RENDER_MS, intervalMs: 200, signal },
  );
  if (finished.status !== 'completed') {
    throw new Error(`The demo video ${finished.status}: ${finished.error?.message ?? 'no reason was given'}`);
  }
  const file = await download(api, job.id, folder);
  voice.say(`A ${SAMPLE} became a video in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  return file;
}

async function upload(api: Api): Promise<string> {
  const form = new FormData();
  form.append('file', await openAsBlob(samplePath(SAMPLE), { type: 'image/png' }), SAMPLE);
  const answer = await readJson<{ asset_id: string }>(
    await call(api, '/api/v1/upload', { method: 'POST', body: form }),
  );
  return answer.asset_id;
}

async function submit(api: Api, assetId: string): Promise<Job> {
  const body = {
    asset_id: assetId,
    prompt: 'camera slowly zooms in',
    provider: 'animatic',
    duration: 5,
    aspect_ratio: '16:9',
    size: '720P',
  };
  return readJson<Job>(
    await call(api, '/api/v1/generate/image-to-video', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
}

async function download(api: Api, jobId: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${jobId}.mp4`);
  const { body } = await call(api, `/api/v1/jobs/${jobId}/video`);
  if (body === null) throw new Error('The video came without a body.');
  await pipeline(Readable.fromWeb(body as ReadableStream<Uint8Array>), createWriteStream(file));
  return file;
}

async function call(api: Api, path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${api.apiKey}`);
  const response = await fetch(new URL(path, api.url), { ...init, headers });
  if (response.ok) return response;
  throw new Error(`${path} answered ${response.status}: ${(await response.text()).slice(0, 500)}`);
}

async function readJson<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}
