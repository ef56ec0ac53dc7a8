import { newId } from '@shotloom/kernel';
import { join } from 'node:path';
import { z } from 'zod';
import type { SignedIn } from '@shotloom/contracts';
import { waitFor } from '@shotloom/testing';
import { Api } from '../support/api';
import { expectFilmAt, guest, readAs, refusal, sample, type Guest, type Scene } from './scene';

const ORDERS = '/v1/turbodiffusion/wan22-i2v/jobs';

/** 3.2 of its document: what a look at a job answers. */
const job = z.strictObject({
  status: z.enum(['PENDING', 'STARTED', 'SUCCESS', 'FAILURE']),
  db: z
    .strictObject({
      status: z.enum([
        'CREATED',
        'SUBMITTED',
        'STARTED',
        'DOWNLOADED',
        'RUNNING',
        'UPLOADED',
        'SUCCEEDED',
        'FAILED',
      ]),
    })
    .optional(),
  result: z.looseObject({}).optional(),
  output_url: z.string().optional(),
  error: z.string().optional(),
});
/** Which words of the two vocabularies go together. */
const TOGETHER: Readonly<Record<string, readonly string[]>> = {
  PENDING: ['CREATED', 'SUBMITTED'],
  STARTED: ['STARTED', 'DOWNLOADED', 'RUNNING', 'UPLOADED'],
  SUCCESS: ['SUCCEEDED'],
  FAILURE: ['FAILED'],
};
const health = z.strictObject({
  status: z.enum(['ok', 'degraded']),
  version: z.string(),
  providers: z.array(z.string()),
  checks: z.record(z.string(), z.string()),
});
const paths = z.strictObject({
  paths: z.array(z.strictObject({ name: z.string(), path: z.string(), exists: z.boolean() })).min(1),
});

type Fields = Readonly<Record<string, string | Blob>>;

/** 003, the studio: its order is checked and waits for an engine, its look at a job is there for every job. */
export function servesTheStudio(scene: () => Scene): void {
  let user: Guest;
  let picture: Blob;
  beforeAll(async () => {
    user = await guest(scene());
    picture = await sample('rocket.jpg', 'image/jpeg');
  });

  const form = (fields: Fields): FormData => {
    const data = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') data.append(name, value);
      else data.append(name, value, 'picture.jpg');
    }
    return data;
  };
  const post = (fields: Fields, by: Guest = user): Promise<Response> =>
    by.api.fetch(ORDERS, { method: 'POST', body: form(fields) });
  const wholeForm = (): Fields => ({
    ...{ prompt: '镜头缓缓推进\n海浪', image: picture, seed: '0', num_steps: '4', quantized: 'true' },
  });
  const look = async (id: string): Promise<z.infer<typeof job>> =>
    readAs(job, await user.api.fetch(`/v1/turbodiffusion/jobs/${id}`));
  const started = async (more: object = {}): Promise<string> => {
    const body = { prompt: 'waves', model: 'animatic:animatic-1', duration: 1, ...more };
    return (await user.api.post<{ id: string }>('/api/v1/generate/text-to-video', body)).id;
  };

  describe('3.1', () => {
    it('takes the whole form and the shortest one, and says that there is no engine for it', async () => {
      for (const fields of [wholeForm(), { image: picture, prompt: 'x' }]) {
        const answer = await refusal(post(fields));
        expect(answer).toMatchObject({ status: 503, code: 'provider_unavailable' });
        expect(answer.detail).toContain('/api/v1/generate/image-to-video');
      }
    });

    it.each<[string, Fields]>([
      ['prompt', { prompt: '' }],
      ['prompt', { prompt: 'x'.repeat(2_001) }],
      ['num_steps', { num_steps: '0' }],
      ['num_steps', { num_steps: '5' }],
      ['num_steps', { num_steps: '2.5' }],
      ['seed', { seed: '-1' }],
      ['seed', { seed: 'random' }],
      ['seed', { seed: '4294967296' }],
      ['quantized', { quantized: 'perhaps' }],
      ['image', { image: new Blob(['<svg onload="alert(1)"/>'], { type: 'image/jpeg' }) }],
      ['image', { image: new Blob([]) }],
      ['image', { image: 'https://169.254.169.254/latest/meta-data' }],
      ['owner_user_id', { owner_user_id: newId() }],
    ])('names %s where it is wrong', async (field, wrong) => {
      expect(await refusal(post({ ...wholeForm(), ...wrong }))).toMatchObject({
        status: 422,
        fields: [field],
      });
    });

    it('names what is missing, all at once, and takes no JSON', async () => {
      expect(await refusal(post({ seed: '1' }))).toMatchObject({ status: 422, fields: ['prompt', 'image'] });
      const body = JSON.stringify({ prompt: 'x' });
      const headers = { 'content-type': 'application/json' };
      const answer = await refusal(user.api.fetch(ORDERS, { method: 'POST', body, headers }));
      expect(answer).toMatchObject({ status: 422, fields: ['image'] });
    });

    it('refuses a picture that is too large, and one field twice', async () => {
      const bytes = new Uint8Array(await picture.arrayBuffer());
      const large = new Blob([bytes, new Uint8Array(10 * 1024 * 1024)]);
      expect(await refusal(post({ ...wholeForm(), image: large }))).toMatchObject({
        status: 413,
        fields: ['image'],
      });
      const twice = form(wholeForm());
      twice.append('seed', '1');
      const answer = await refusal(user.api.fetch(ORDERS, { method: 'POST', body: twice }));
      expect(answer).toMatchObject({ status: 422, fields: ['seed'] });
    });
  });

  describe('3.2', () => {
    it('shows a job in both vocabularies until its video is there, by a link for an hour', async () => {
      const id = await started();
      const seen: z.infer<typeof job>[] = [];
      await waitFor(
        async () => {
          seen.push(await look(id));
          return seen.at(-1)?.status === 'SUCCESS' || seen.at(-1)?.status === 'FAILURE';
        },
        { timeoutMs: 60_000, what: 'the end of the job' },
      );
      for (const { status, db } of seen) expect(TOGETHER[status]).toContain(db?.status);
      const last = seen.at(-1);
      expect(last).toMatchObject({ status: 'SUCCESS', result: { key: expect.any(String) as string } });
      await expectFilmAt(scene(), last?.output_url ?? '');
    });

    it('shows what was cancelled as a failure, with the reason', async () => {
      const id = await started({ duration: 15, size: '1080P' });
      await user.api.post(`/api/v1/jobs/${id}/cancel`, {});
      const ended = await waitFor(
        async () => {
          const now = await look(id);
          return now.status === 'FAILURE' && now;
        },
        { timeoutMs: 60_000, what: 'the end of the job' },
      );
      expect(ended).toEqual({
        status: 'FAILURE',
        db: { status: 'FAILED' },
        error: expect.any(String) as string,
      });
    });

    it("shows nobody another's job", async () => {
      const id = await started();
      const stranger = await guest(scene());
      for (const path of [`/v1/turbodiffusion/jobs/${id}`, `/v1/turbodiffusion/jobs/${newId()}`]) {
        expect(await refusal(stranger.api.fetch(path))).toMatchObject({ status: 404 });
      }
      expect(
        (await new Api(scene().platform.runtime, '').fetch(`/v1/turbodiffusion/jobs/${id}`)).status,
      ).toBe(401);
    });
  });

  describe('3.3', () => {
    it('knows its models, and says that there is no engine for them', async () => {
      expect(await refusal(user.api.fetch('/v1/turbodiffusion/models'))).toMatchObject({
        ...{ status: 503, code: 'provider_unavailable' },
      });
    });

    it('tells its health to anybody', async () => {
      const response = await fetch(`${scene().platform.runtime.gatewayUrl}/health`);
      expect(await readAs(health, response)).toMatchObject({ status: 'ok', checks: { nats: 'ok' } });
    });

    it('tells its paths to operators, and to nobody else', async () => {
      const { runtime } = scene().platform;
      expect(await refusal(new Api(runtime, '').fetch('/paths'))).toMatchObject({ status: 401 });
      expect(await refusal(user.api.fetch('/paths'))).toMatchObject({ status: 403 });
      const login = { email: runtime.adminEmail, password: runtime.adminPassword };
      const { access_token: token } = await new Api(runtime, '').post<SignedIn>('/api/v1/auth/login', login);
      const shown = await readAs(paths, await new Api(runtime, token).fetch('/paths'));
      const { objectStore: store } = runtime;
      const objects = store.kind === 'file' ? join(store.path, store.bucket) : '';
      expect(shown.paths).toContainEqual({ name: 'objects', path: objects, exists: true });
      expect(shown.paths.every(({ exists }) => exists)).toBe(true);
    });

    it('has the shapes of its answers in the document, for those who write clients now', async () => {
      const { gatewayUrl } = scene().platform.runtime;
      const shape = z.object({
        paths: z.record(
          z.string(),
          z.record(z.string(), z.object({ responses: z.record(z.string(), z.unknown()) })),
        ),
        components: z.object({
          schemas: z.record(z.string(), z.object({ required: z.array(z.string()).optional() })),
        }),
      });
      const { paths: routes, components } = shape.parse(
        await (await fetch(`${gatewayUrl}/openapi.json`)).json(),
      );
      const answers = (path: string, method: string) =>
        JSON.stringify(routes[path]?.[method]?.responses['200']);
      expect(answers(ORDERS, 'post')).toContain('#/components/schemas/TurboOrder');
      expect(answers('/v1/turbodiffusion/models', 'get')).toContain('#/components/schemas/TurboModels');
      expect(components.schemas['TurboOrder']?.required?.toSorted()).toEqual(
        ['job_id', 'status', 'input', 'output', 'db'].toSorted(),
      );
    });
  });
}
