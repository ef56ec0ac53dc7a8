import { z } from 'zod';
import { Api, send } from '../support/api';
import { guest, hurryToEnd, readAs, refusal, sample, type Guest, type Scene } from './scene';

const PROMPT =
  'A cinematic product showcase with smooth camera movements, professional lighting, and vibrant colors';

/** Large enough for every engine. */
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

/** 004, the picture-to-video product: what it takes, and whose it is. */
export function servesThePictureToVideoProduct(scene: () => Scene): void {
  let user: Guest;
  beforeAll(async () => {
    user = await guest(scene());
  });
  const generate = (body: object, by: Api = user.api): Promise<Response> =>
    by.fetch('/api/v1/videos/generate', send(body));

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
