import { z } from 'zod';
import type { MeResource } from '@shotloom/contracts';
import { Jar } from '../../services/gateway/test/sign-in-fixture';
import { Api, send } from '../support/api';
import { Vendor } from '../support/vendor';
import { waitFor } from '@shotloom/testing';
import { expectFilmAt, guest, hurryToEnd, readAs, refusal, sample, type Guest, type Scene } from './scene';

const PROMPT =
  'A cinematic product showcase with smooth camera movements, professional lighting, and vibrant colors';

/** Sora takes no picture that would have to be enlarged more than twice. */
const PICTURE = 'hubble_deep_field.jpg';

/** What its pages read of a video. */
const video = z.strictObject({
  id: z.string(),
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  progress: z.number().min(0).max(100),
  prompt: z.string(),
  model: z.string(),
  image_url: z.string().nullable(),
  video_url: z
    .string()
    .regex(/^\/uploads\/videos\/[\w-]+\.mp4$/)
    .nullable(),
  duration: z.number(),
  resolution: z.string().regex(/^\d+x\d+$/),
  credits_used: z.int().min(0),
  error_message: z.string().nullable(),
  adjustments: z.array(
    z.strictObject({ field: z.string(), from: z.unknown(), to: z.unknown(), reason: z.string() }),
  ),
  created_at: z.iso.datetime(),
  completed_at: z.iso.datetime().nullable(),
});

/** A page of the product's own origin, with the cookies of whoever signed in there. */
class Browser extends Api {
  constructor(
    { platform }: Scene,
    readonly jar: Jar,
  ) {
    super(platform.runtime, '');
  }

  override async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', this.jar.header);
    const own = { origin: this.runtime.gatewayUrl, 'x-shotloom-csrf': '1', 'sec-fetch-site': 'same-origin' };
    for (const [name, value] of Object.entries(own)) headers.set(name, value);
    const response = await super.fetch(path, { ...init, headers });
    this.jar.take(response);
    return response;
  }
}

/** Google's button: away to the issuer, and back with a session. */
async function signInWithGoogle(scene: Scene, subject: string): Promise<Browser> {
  const browser = new Browser(scene, new Jar());
  scene.issuer.next = subject;
  const start = await browser.fetch('/api/v1/auth/google');
  expect(start.status).toBe(302);
  const back = await scene.issuer.visit(start.headers.get('location') ?? '');
  expect(back.origin).toBe(scene.platform.runtime.gatewayUrl);
  const landed = await browser.fetch(back.pathname + back.search);
  expect([landed.status, landed.headers.get('location')]).toEqual([302, '/']);
  return browser;
}

/** 004, the picture-to-video product: from the sign-in to the film and the history, credits included, and whose a video is. */
export function servesThePictureToVideoProduct(scene: () => Scene): void {
  let user: Guest;
  beforeAll(async () => {
    user = await guest(scene());
  });
  const generate = (body: object, by: Api = user.api): Promise<Response> =>
    by.fetch('/api/v1/videos/generate', send(body));
  const credits = async (by: Api): Promise<number> =>
    (await by.json<{ available: number }>('/api/v1/credits')).available;

  it('使用流程: signs in with Google, uploads, orders, and ten credits are held', async () => {
    const { issuer, truth } = scene();
    issuer.people.set('ada', { email: 'ada@example.com', email_verified: true, name: 'Ada' });
    const browser = await signInWithGoogle(scene(), 'ada');
    const me = await browser.json<MeResource>('/api/v1/me');
    expect(me).toMatchObject({ display_name: 'Ada', email: 'ada@example.com', method: 'session' });
    await truth.fund(me.account_id, 30);
    const before = await credits(browser);
    const form = new FormData();
    form.set('file', await sample(PICTURE, 'image/jpeg'), PICTURE);
    const upload = await browser.fetch('/api/v1/upload', { method: 'POST', body: form });
    const { file_url: image_url } = await readAs(z.looseObject({ file_url: z.string() }), upload, 201);
    // The document's technical data: Sora 2, 6 seconds, 1280x720.
    const order = {
      prompt: PROMPT,
      image_url,
      model: 'sora-2-image-to-video',
      duration: 6,
      resolution: '1280x720',
    };
    const asked = await readAs(video, await generate(order, browser));
    expect(asked).toMatchObject({
      status: 'pending',
      video_url: null,
      resolution: '1280x720',
      credits_used: 10,
    });
    expect(asked.adjustments).toContainEqual(
      expect.objectContaining({ field: 'duration', from: 6, to: 8 }) as object,
    );
    expect(await credits(browser)).toBe(before - 10);
  });

  it.each([
    ['Sora 1', 'sora:sora-2'],
    ['sora-1', 'sora:sora-2'],
    ['sora-2-2025-12-08', 'sora:sora-2'],
    // Runway is not switched on here, so that the usual model is the nearest.
    ['Runway Gen-3', 'sora:sora-2'],
  ])('选择 AI 模型: makes a video of the nearest living model for %s, and says so', async (model, living) => {
    const { file_url } = await user.api.upload(PICTURE);
    const made = await readAs(video, await generate({ prompt: PROMPT, image_url: file_url, model }));
    expect(made.model).toBe(living);
    expect(made.adjustments).toContainEqual(
      expect.objectContaining({ field: 'model', from: model, to: living }) as object,
    );
    await user.api.fetch(`/api/v1/jobs/${made.id}`, { method: 'DELETE' });
  });

  it('takes the usual model where none is named', async () => {
    const { file_url } = await user.api.upload(PICTURE);
    const made = await readAs(video, await generate({ prompt: PROMPT, image_url: file_url }));
    expect(made.model).toBe('sora:sora-2');
    expect(made.adjustments.map(({ field }) => field)).not.toContain('model');
    await user.api.fetch(`/api/v1/jobs/${made.id}`, { method: 'DELETE' });
  });

  it('积分防护: sells one video for ten credits, however many are ordered at once', async () => {
    const poor = await guest(scene(), 10);
    const { file_url: image_url } = await poor.api.upload(PICTURE);
    const body = { prompt: PROMPT, image_url, model: 'sora-2' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => generate(body, poor.api)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 402, 402, 402]);
    expect(await credits(poor.api)).toBe(0);
    const refused = answers.find(({ status }) => status === 402);
    if (refused) expect(await refusal(refused)).toMatchObject({ code: 'insufficient_credits' });
  });

  it.each([
    ['prompt', { prompt: '' }],
    ['prompt', { prompt: 'x'.repeat(501) }],
    ['image_url', { prompt: PROMPT, image_url: 'file:///etc/passwd' }],
    ['image_url', { prompt: PROMPT, image_url: '/api/v1/assets/x/file' }],
    ['model', { prompt: PROMPT, model: 'nobody-knows' }],
    ['duration', { prompt: PROMPT, duration: -1 }],
    ['resolution', { prompt: PROMPT, resolution: 'huge' }],
    ['user_id', { prompt: PROMPT, user_id: 1 }],
  ])('names %s where it is wrong', async (field, body) => {
    const answer = await refusal(generate(body));
    expect([404, 422]).toContain(answer.status);
    expect(answer.fields).toEqual([field]);
  });

  it('文件上传限制: takes pictures of at most 10 MB, by what they are', async () => {
    const put = (
      bytes: readonly (Blob | Uint8Array<ArrayBuffer> | string)[],
      name: string,
    ): Promise<Response> => {
      const form = new FormData();
      form.set('file', new Blob([...bytes], { type: 'image/png' }), name);
      return user.api.fetch('/api/v1/upload', { method: 'POST', body: form });
    };
    const png = await sample('coffee.png', 'image/png');
    expect(await refusal(put([png, new Uint8Array(10 * 1024 * 1024)], 'large.png'))).toMatchObject({
      status: 413,
    });
    expect(await refusal(put(['<?php system("id");'], 'evil.png'))).toMatchObject({
      ...{ status: 422, fields: ['file'] },
    });
  });

  /** As its page waits: it asks again until there is something to see. */
  const ended = async (id: string): Promise<z.infer<typeof video>> => {
    const read = async () => readAs(video, await user.api.fetch(`/api/v1/videos/${id}`));
    const look = async () => {
      const now = await read();
      return now.status === 'completed' || now.status === 'failed' ? now : undefined;
    };
    return waitFor(look, { what: `the end of video ${id}`, timeoutMs: 120_000, intervalMs: 500 });
  };

  it('视频生成与历史: waits for the video, plays it, and finds it first in the history', async () => {
    const { file_url: image_url } = await user.api.upload(PICTURE);
    const before = await credits(user.api);
    const asked = await readAs(video, await generate({ prompt: PROMPT, image_url, model: 'sora-2' }));
    const made = await ended(asked.id);
    expect(made).toMatchObject({ status: 'completed', progress: 100, credits_used: 10, error_message: null });
    expect(made.completed_at).not.toBeNull();
    expect(await credits(user.api)).toBe(before - 10);
    const film = await user.api.fetch(made.video_url ?? '');
    expect(film.status).toBe(302);
    await expectFilmAt(scene(), film.headers.get('location') ?? '');
    const history = z.strictObject({ data: z.array(video), next_cursor: z.string().nullable() });
    const { data } = await readAs(history, await user.api.fetch('/api/v1/videos?limit=1'));
    expect(data).toEqual([made]);
  });

  it('积分返还: gives the ten credits back where the video failed, and says why', async () => {
    const sora = new Vendor(() => scene().platform.runtime, 'sora');
    await sora.script({
      kind: 'task-fails',
      message: 'It broke.',
      on: 'create',
      match: 'breaks',
      times: null,
    });
    const { file_url: image_url } = await user.api.upload(PICTURE);
    const before = await credits(user.api);
    const asked = await readAs(video, await generate({ prompt: 'It breaks.', image_url, model: 'sora-2' }));
    const failed = await ended(asked.id);
    await sora.heal();
    expect(failed).toMatchObject({ status: 'failed', credits_used: 0, video_url: null });
    expect(failed.error_message).toMatch(/\S/);
    expect(await credits(user.api)).toBe(before);
  });

  it("keeps a video's address for its owner, before and after there is a file", async () => {
    const { file_url: image_url } = await user.api.upload(PICTURE);
    const body = { prompt: PROMPT, image_url, model: 'animatic-1', duration: 1 };
    const { id } = await readAs(video, await generate(body));
    const address = `/uploads/videos/${id}.mp4`;
    const stranger = await guest(scene());
    for (const path of [address, `/api/v1/videos/${id}`]) {
      expect(await refusal(stranger.api.fetch(path))).toMatchObject({ status: 404 });
      expect(await refusal(new Api(scene().platform.runtime, '').fetch(path))).toMatchObject({ status: 401 });
    }
    for (const name of ['user_1_video_1.mp4', '..%2f..%2fetc%2fpasswd', '%00.mp4', "x' or '1'='1.mp4"]) {
      expect([name, await refusal(user.api.fetch(`/uploads/videos/${name}`))]).toEqual([
        name,
        expect.objectContaining({ status: 404 }),
      ]);
    }
    const stolen = { ...body, image_url };
    expect(await refusal(generate(stolen, stranger.api))).toMatchObject({
      status: 404,
      fields: ['image_url'],
    });
    await hurryToEnd(scene(), user, id);
    expect((await user.api.fetch(address)).status).toBe(302);
    expect(await refusal(stranger.api.fetch(address))).toMatchObject({ status: 404 });
    expect((await user.api.fetch(`/api/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await refusal(user.api.fetch(address))).toMatchObject({ status: 404 });
  });
}
