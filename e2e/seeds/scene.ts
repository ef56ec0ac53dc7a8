import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { samplePath, waitFor, type RunningPlatform } from '@shotloom/testing';
import { WebSocket, type ClientOptions } from 'ws';
import { z } from 'zod';
import type { Issuer } from '../../services/gateway/test/oidc-issuer';
import { Api } from '../support/api';
import type { Truth } from '../support/truth';

/** What the contract tests of older systems share: the real platform, what is really there, and who signs people in. */
export interface Scene {
  readonly platform: RunningPlatform;
  readonly truth: Truth;
  readonly issuer: Issuer;
}

export interface Guest {
  readonly userId: string;
  readonly key: string;
  readonly api: Api;
}

/** Somebody with an account, a key and so many credits of their own. */
export async function guest({ platform, truth }: Scene, credits = 500): Promise<Guest> {
  const { userId, key } = await truth.addUser(credits);
  return { userId, key, api: new Api(platform.runtime, key) };
}

/** Reads an answer as exactly this shape: a field too many is wrong, as one too few is. */
export async function readAs<T>(shape: z.ZodType<T>, response: Response, status = 200): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return shape.parse(JSON.parse(text));
}

const problemShape = z.object({
  status: z.number(),
  code: z.string(),
  detail: z.string().regex(/[.!?]$/),
  errors: z.array(z.object({ field: z.string(), reason: z.string() })).optional(),
});

/** The code of a refusal, and the fields that it names. */
export async function refusal(
  answer: Response | Promise<Response>,
): Promise<{ status: number; code: string; fields: string[]; detail: string }> {
  const response = await answer;
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const { code, detail, errors = [] } = problemShape.parse(await response.json());
  return { status: response.status, code, detail, fields: errors.map(({ field }) => field) };
}

export async function sample(name: string, type: string): Promise<Blob> {
  return new Blob([new Uint8Array(await readFile(samplePath(name)))], { type });
}

/** A link for a player: it works without a key, ends after an hour, and leads to a video. */
export async function expectFilmAt(scene: Scene, link: string): Promise<void> {
  const url = new URL(link, scene.platform.runtime.gatewayUrl);
  const seconds = Number(url.searchParams.get('expires')) - Date.now() / 1_000;
  expect(seconds).toBeGreaterThan(3_000);
  // A socket's link is given to all who watch for a minute, and is an hour for the last of them.
  expect(seconds).toBeLessThanOrEqual(3_660);
  const response = await fetch(url, { headers: { range: 'bytes=4-7' } });
  expect([response.status, response.headers.get('content-type')]).toEqual([206, 'video/mp4']);
  expect(await response.text()).toBe('ftyp');
}

/** A socket as a browser opens it, with every message read as one of these shapes. */
export class Watcher<T> {
  readonly messages: T[] = [];
  readonly wrong: unknown[] = [];

  private constructor(readonly socket: WebSocket) {}

  static async open<T>(
    { platform }: Scene,
    path: string,
    shape: z.ZodType<T>,
    how: { protocols?: string[]; headers?: ClientOptions['headers'] } = {},
  ): Promise<Watcher<T>> {
    const url = new URL(path, platform.runtime.gatewayUrl.replace(/^http/, 'ws'));
    const socket = new WebSocket(url, how.protocols ?? [], { headers: how.headers });
    const watcher = new Watcher<T>(socket);
    socket.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      const read = shape.safeParse(message);
      if (read.success) watcher.messages.push(read.data);
      else watcher.wrong.push(message);
    });
    await once(socket, 'open');
    return watcher;
  }

  /** Waits until a message is so. A message of another shape ends the wait. */
  async until(what: string, wanted: (message: T) => boolean): Promise<T> {
    await waitFor(() => this.wrong.length > 0 || this.messages.some(wanted), { timeoutMs: 120_000, what });
    expect(this.wrong).toEqual([]);
    const found = this.messages.find(wanted);
    if (found === undefined) throw new Error('unreachable');
    return found;
  }
}

/** The status with which a socket is refused. */
export async function refusedSocket(
  { platform }: Scene,
  path: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const url = new URL(path, platform.runtime.gatewayUrl.replace(/^http/, 'ws'));
  const socket = new WebSocket(url, { headers });
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  socket.terminate();
  return response.statusCode;
}

/** A ticket, which may stand in the address of a socket once. */
export async function ticketOf({ api }: Guest): Promise<string> {
  return (await api.post<{ ticket: string }>('/api/v1/tickets', {})).ticket;
}

/** Lets a vendor be asked at once, each time, until the job has ended. */
export async function hurryToEnd({ truth }: Scene, { api }: Guest, jobId: string): Promise<void> {
  const look = async (): Promise<boolean> => {
    await truth.hurry(jobId);
    return ['completed', 'failed', 'cancelled'].includes((await api.job(jobId)).status);
  };
  await waitFor(look, { timeoutMs: 90_000, intervalMs: 250, what: `the end of ${jobId}` });
}
