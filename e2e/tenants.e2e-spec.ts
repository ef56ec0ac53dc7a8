import { once } from 'node:events';
import { sql } from 'kysely';
import type { JobResource, SignedIn } from '@shotloom/contracts';
import { startPlatform, waitFor, type RunningPlatform } from '@shotloom/testing';
import { Api, send } from './support/api';
import { Truth } from './support/truth';

jest.setTimeout(180_000);

let platform: RunningPlatform;
let truth: Truth;
let owner: Api;
let stranger: Api;
let job: JobResource;
let asset: string;
beforeAll(async () => {
  platform = await startPlatform();
  truth = new Truth(platform.runtime);
  owner = new Api(platform.runtime);
  stranger = new Api(platform.runtime, await truth.addStranger());
  asset = (await owner.upload()).asset_id;
  job = await owner.completed((await owner.film(asset)).id);
});
afterAll(async () => {
  await truth.close();
  await platform.stop();
});

interface Operation {
  responses: Record<string, unknown>;
  requestBody?: { content: Record<string, { example?: unknown }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

const exampleOf = ({ requestBody }: Operation): unknown =>
  requestBody?.content['application/json']?.example ?? {};

/**
 * How a route may turn a stranger away. Operators' routes tell nobody else anything. People's own matters need a session, and a body
 * is read before anything is looked up: both say nothing of what is there.
 */
function refusalsOf(path: string, method: string, { responses }: Operation): readonly number[] {
  // Nothing is behind it yet, which everybody is told, and a wrong body before.
  if (Object.keys(responses).every((status) => status >= '400')) return [422, 503];
  if (path.startsWith('/api/v1/admin/')) return [403];
  // Nothing is sold in this installation, which everybody is told.
  if (path.startsWith('/api/v1/billing/')) return [404, 503];
  if (!/\/(accounts|api-keys|sessions)\//.test(path)) return [404];
  return method === 'post' || method === 'patch' ? [403, 404, 422] : [403, 404];
}

it('opens no route with an id to anybody else, whatever routes there are', async () => {
  const { paths } = await owner.json<Document>('/openapi.json');
  const withId = Object.entries(paths).flatMap(([path, methods]) =>
    path.includes('{id}') && !/\/(models|providers)\//.test(path)
      ? Object.entries(methods).map(([method, operation]) => ({ path, method, operation }))
      : [],
  );
  expect(withId.length).toBeGreaterThanOrEqual(6);
  for (const { path, method, operation } of withId) {
    const own = path.replaceAll(/\{\w+\}/g, path.includes('/assets/') ? asset : job.id);
    const init = method === 'get' || method === 'delete' ? { method } : send(exampleOf(operation));
    const response = await stranger.fetch(own, { ...init, method: method.toUpperCase() });
    expect({
      path,
      method,
      allowed: refusalsOf(path, method, operation).includes(response.status),
      status: response.status,
    }).toEqual({
      path,
      method,
      allowed: true,
      status: response.status,
    });
  }
  expect((await owner.fetch(`/api/v1/jobs/${job.id}`)).status).toBe(200);
});

it("makes no film from another user's picture", async () => {
  const response = await stranger.fetch(
    '/api/v1/generate/image-to-video',
    send({ prompt: 'zoom in', asset_id: asset }),
  );
  expect(response.status).toBe(404);
});

it("lists nobody else's jobs and shows nobody else's credits", async () => {
  expect(await stranger.json('/api/v1/jobs')).toEqual({ data: [], next_cursor: null });
  expect(await stranger.json('/api/v1/credits')).toMatchObject({ available: 100, held: 0 });
});

it.each(['job', 'user'] as const)("lets nobody watch another's %s", async (what) => {
  const { socket, messages } = stranger.watch(what === 'job' ? job.id : platform.runtime.userId);
  socket.on('error', () => undefined);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(404);
  expect(messages).toEqual([]);
  socket.terminate();
});

it('holds a user to a new plan at once, also for what waits already', async () => {
  const { accountId, userId, adminEmail, adminPassword } = platform.runtime;
  const { access_token: token } = await new Api(platform.runtime, '').post<SignedIn>('/api/v1/auth/login', {
    email: adminEmail,
    password: adminPassword,
  });
  const admin = new Api(platform.runtime, token);
  const json = send({ plan_id: 'standard', reason: 'a test of plans' });
  await admin.json(`/api/v1/admin/accounts/${accountId}/plan`, { ...json, method: 'PUT' });
  const limits = async () => {
    const [row] = await truth.rows(
      sql<{ plan_id: string }>`SELECT plan_id FROM jobs.user_limits WHERE owner_user_id = ${userId}`,
    );
    return row?.plan_id === 'standard';
  };
  await waitFor(limits, { what: 'the scheduler to know of the new plan' });
});
