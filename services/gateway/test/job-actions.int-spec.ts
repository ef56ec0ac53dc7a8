import type { JobLogEntry } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let other: TestUser;
beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
  other = await gateway.addUser();
});
afterAll(() => gateway.close());

describe('stop-all', () => {
  const stop = (json?: unknown): Promise<Answer> =>
    call(gateway, '/api/v1/jobs/stop-all', user, { method: 'POST', ...(json === undefined ? {} : { json }) });

  it('stops everything of the caller where nothing is said, and answers how many', async () => {
    for (const body of [undefined, {}]) {
      const answer = await stop(body);
      expect(answer).toMatchObject({ status: 200, body: { cancelled: 2, cancelling: 1, more: false } });
      expect(gateway.backstage.stopped.at(-1)).toEqual({ userId: user.userId });
    }
  });

  it('stops what matches', async () => {
    const ids = [newId(), newId()];
    await stop({ provider: 'animatic', job_ids: ids });
    expect(gateway.backstage.stopped.at(-1)).toEqual({
      userId: user.userId,
      provider: 'animatic',
      jobIds: ids,
    });
  });

  it.each<[unknown, string]>([
    [{ job_ids: [newId(), 'x'] }, 'job_ids.1'],
    // An empty list is a slip of somebody who chose nothing, and must not stop everything.
    [{ job_ids: [] }, 'job_ids'],
    [{ job_ids: Array.from({ length: 501 }, newId) }, 'job_ids'],
    [{ provider: '' }, 'provider'],
    [{ jobs: 'all' }, 'jobs'],
    ['all', 'body'],
  ])('stops nothing for %j', async (body, field) => {
    const before = gateway.backstage.stopped.length;
    expect((await stop(body)).body).toMatchObject(problem(422, 'invalid_input', [field]));
    expect(gateway.backstage.stopped).toHaveLength(before);
  });
});

describe('the log of a job', () => {
  let id: string;
  const line = (seq: number, facts: Partial<JobLogEntry> = {}): JobLogEntry => ({
    jobId: id,
    seq,
    at: '2026-11-22T05:00:00.000Z',
    level: 'INFO',
    text: `Step ${seq}.`,
    attemptId: null,
    attempt: null,
    provider: null,
    vendorTaskId: null,
    ...facts,
  });
  const log = (query = '', who = user, jobId = id): Promise<Answer> =>
    call(gateway, `/api/v1/jobs/${jobId}/log${query}`, who);

  beforeAll(async () => {
    const json = { prompt: 'a boat' };
    id = String((await call(gateway, '/api/v1/generate/text-to-video', user, { json })).body['id']);
    const sent = { attemptId: newId(), attempt: 1, provider: 'animatic', vendorTaskId: 'task-9' };
    gateway.backstage.logs.set(id, [line(1), line(2, { level: 'WARN', ...sent }), line(5)]);
  });

  it('is read by the page, oldest first', async () => {
    const first = await log('?limit=2');
    expect(first.body).toMatchObject({
      data: [
        { seq: 1, level: 'INFO', text: 'Step 1.', attempt_id: null, vendor_task_id: null },
        { seq: 2, level: 'WARN', attempt: 1, provider: 'animatic', vendor_task_id: 'task-9' },
      ],
      next: 2,
    });
    expect(Object.keys((first.body['data'] as object[])[0] ?? {}).sort()).toEqual([
      'at',
      'attempt',
      'attempt_id',
      'level',
      'provider',
      'seq',
      'text',
      'vendor_task_id',
    ]);
    expect((await log('?limit=2&after=2')).body).toMatchObject({ data: [{ seq: 5 }], next: null });
    expect((await log()).body['data']).toHaveLength(3);
  });

  it("is not found for a job that is not there, or is another user's", async () => {
    for (const answer of [await log('', other), await log('', user, newId()), await log('', user, 'x')]) {
      expect(answer.body).toMatchObject(problem(404, 'not_found'));
    }
  });

  it.each([
    ['?limit=0', 'limit'],
    ['?limit=501', 'limit'],
    ['?after=-1', 'after'],
    ['?after=x', 'after'],
    ['?after=1e30', 'after'],
    ['?cursor=1', 'cursor'],
  ])('refuses %s', async (query, field) => {
    expect((await log(query)).body).toMatchObject(problem(422, 'invalid_input', [field]));
  });
});
