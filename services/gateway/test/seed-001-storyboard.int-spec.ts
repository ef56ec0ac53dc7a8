import { MODELS, type ModelSpec } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { readEvents, type ReadEvent } from './event-reader';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

/** The storyboard tool: what its document has its pages ask, by the document's own sections. */
jest.setTimeout(30_000);

/** Yunwu publishes no prices; here the operator has set one. */
const priced = (model: ModelSpec): ModelSpec =>
  model.id === 'yunwu:grok-video-3'
    ? { ...model, price: { version: 'operator-1', base: 12, per_second: 0 } }
    : model;

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway({ PROVIDERS_ENABLED: 'animatic,yunwu' }, { models: MODELS.map(priced) });
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const ask = (path: string, json?: unknown, by: TestUser = user): Promise<Answer> =>
  call(gateway, path, by, json === undefined ? {} : { json });
interface Task {
  readonly task_id: string;
  readonly name: string;
  readonly prompt: string;
  readonly seed: number;
}
const tasksOf = (answer: Answer): Task[] => {
  if (answer.status !== 201) throw new Error(answer.text);
  return answer.body['tasks'] as Task[];
};
const picture = (owner: TestUser = user): string => gateway.backstage.addAsset(owner).assetId;
const shot = (name: string): object => ({ shot: name, prompt: 'camera slowly zooms in', image: picture() });

describe('2.2.1: a click on a shot makes its videos', () => {
  it('makes three of a shot that share its picture and its words, and differ in the seed', async () => {
    const tasks = tasksOf(await ask('/api/yunwu/tasks', { shots: [shot('1.0'), shot('2.0')] }));
    expect(tasks.map(({ name }) => name)).toEqual([
      '1.0-v1',
      '1.0-v2',
      '1.0-v3',
      '2.0-v1',
      '2.0-v2',
      '2.0-v3',
    ]);
    expect(tasks[0]).toMatchObject({
      status: 'pending',
      progress: 0,
      model: 'yunwu:grok-video-3',
      credits: 12,
    });
    const { request } = gateway.backstage.jobs.get(tasks[0]?.task_id ?? '') ?? {};
    expect(request).toMatchObject({ size: '1080P', aspectRatio: '9:16', operation: 'image-to-video' });
    expect(gateway.backstage.jobs.get(tasks[0]?.task_id ?? '')).toMatchObject({ creditsHeld: 0 });
  });

  it('makes a shot for each of a list of pictures', async () => {
    const body = { images: [picture(), picture()], prompt: 'waves', videos_per_shot: 1 };
    const tasks = tasksOf(await ask('/api/yunwu/tasks', body));
    expect(tasks.map(({ name }) => name)).toEqual(['1.0-v1', '2.0-v1']);
  });

  it('gives the same tasks for the same Idempotency-Key', async () => {
    const init = { json: { shots: [shot('1.0')] }, headers: { 'idempotency-key': newId() } };
    const first = await call(gateway, '/api/yunwu/tasks', user, init);
    const again = await call(gateway, '/api/yunwu/tasks', user, init);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('names the field of each shot that is wrong, and makes nothing', async () => {
    const before = gateway.backstage.jobs.size;
    const foreign = picture(await gateway.addUser());
    const shots = [
      shot('1.0'),
      { shot: '2.0', prompt: 'x', image: foreign },
      { shot: '3.0', prompt: 'x', image: newId() },
    ];
    const answer = await ask('/api/yunwu/tasks', { shots });
    expect(answer.body).toMatchObject(problem(422, 'invalid_input', ['shots.1.image', 'shots.2.image']));
    const elsewhere = { images: ['http://169.254.169.254/latest/meta-data'], prompt: 'x' };
    const hostile = await ask('/api/yunwu/tasks', elsewhere);
    expect(hostile.body).toMatchObject(problem(422, 'invalid_input', ['images.0']));
    for (const body of [
      {},
      { shots, images: [picture()], prompt: 'x' },
      { images: [picture()] },
      { shots: [] },
    ]) {
      expect((await ask('/api/yunwu/tasks', body)).status).toBe(422);
    }
    expect(gateway.backstage.jobs.size).toBe(before);
  });
});

describe('3.1.1: POST /api/yunwu/tasks/run-concurrent', () => {
  it('runs tasks at the price of today, three at a time unless it is said', async () => {
    const ids = tasksOf(await ask('/api/yunwu/tasks', { shots: [shot('1.0')] })).map(({ task_id: id }) => id);
    const answer = await ask('/api/yunwu/tasks/run-concurrent', { task_ids: ids });
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ task_ids: ids, max_concurrent: 3, credits_held: 36 });
    expect(gateway.backstage.runs.at(-1)).toMatchObject({
      maxConcurrent: 3,
      items: ids.map((jobId) => ({ jobId, price: { credits: 12, version: 'operator-1' } })),
    });
  });

  it('refuses what is no list of own tasks, and more than five at a time', async () => {
    const path = '/api/yunwu/tasks/run-concurrent';
    const [mine] = tasksOf(await ask('/api/yunwu/tasks', { shots: [shot('1.0')] }));
    const ids = [mine?.task_id ?? ''];
    const [foreign, nobodys] = [
      await ask(path, { task_ids: ids }, await gateway.addUser()),
      await ask(path, { task_ids: [newId()] }),
    ];
    expect(foreign.body).toMatchObject(problem(404, 'not_found'));
    expect(nobodys.body).toMatchObject(problem(404, 'not_found'));
    const wrong = await ask(path, { task_ids: ids, max_concurrent: 6 });
    expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['max_concurrent']));
    expect((await ask(path, { task_ids: [...ids, ...ids] })).body).toMatchObject(
      problem(422, 'invalid_input', ['task_ids']),
    );
    expect(gateway.backstage.jobs.get(ids[0] ?? '')).toMatchObject({ status: 'draft' });
  });
});

const events = (path: string): AsyncGenerator<ReadEvent> =>
  readEvents(gateway.url + path, { authorization: `Bearer ${user.apiKey}` });

describe('3.1.3: GET /api/yunwu/progress', () => {
  it('tells each change, says the same again within three seconds, and is done only when every task has ended', async () => {
    const made = tasksOf(await ask('/api/yunwu/tasks', { shots: [shot('1.0')], videos_per_shot: 2 }));
    const [one = '', other = ''] = made.map(({ task_id: id }) => id);
    const seen: ReadEvent[] = [];
    const times: number[] = [];
    for await (const event of events(`/api/yunwu/progress?task_ids=${one},${other}`)) {
      seen.push(event);
      times.push(performance.now());
      // A task that waits in the queue has not ended: the tool's own code stopped here.
      if (seen.length === 1) gateway.backstage.change(other, { status: 'queued' });
      if (seen.length === 2) gateway.backstage.change(one, { status: 'processing', progress: 25 });
      if (seen.length === 4) gateway.backstage.finish(one, gateway.backstage.addVideo(user));
      if (seen.length === 5) gateway.backstage.change(other, { status: 'failed' });
    }
    const at = (id: string, status: string, progress: number): object => ({ task_id: id, status, progress });
    expect(seen.map(({ event }) => event)).toEqual([...Array<string>(6).fill('progress'), 'done']);
    expect(seen[0]?.data).toEqual([at(one, 'pending', 0), at(other, 'pending', 0)]);
    expect(seen[1]?.data).toEqual([at(one, 'pending', 0), at(other, 'queued', 0)]);
    expect(seen[2]?.data).toEqual([at(one, 'processing', 25), at(other, 'queued', 0)]);
    expect(seen[3]).toEqual(seen[2]);
    expect((times[3] ?? 0) - (times[2] ?? 0)).toBeLessThan(3_500);
    expect(seen[5]?.data).toEqual([at(one, 'completed', 100), at(other, 'failed', 0)]);
    expect(seen[6]?.data).toEqual({});
  });

  it('shows nobody the tasks of another, and ends no list that is wrong', async () => {
    const [task] = tasksOf(await ask('/api/yunwu/tasks', { shots: [shot('1.0')] }));
    const path = `/api/yunwu/progress?task_ids=${task?.task_id}`;
    expect((await call(gateway, path, await gateway.addUser())).body).toMatchObject(
      problem(404, 'not_found'),
    );
    expect((await ask(`/api/yunwu/progress?task_ids=${newId()}`)).body).toMatchObject(
      problem(404, 'not_found'),
    );
    expect((await ask('/api/yunwu/progress?task_ids=x')).status).toBe(422);
    expect((await ask('/api/yunwu/progress')).status).toBe(422);
  });

  it('has six streams of a user at a time, also where many are asked for at once, and gives back the place of who leaves', async () => {
    const watcher = await gateway.addUser();
    const [task] = tasksOf(
      await ask(
        '/api/yunwu/tasks',
        { shots: [{ shot: '1.0', prompt: 'waves', image: picture(watcher) }] },
        watcher,
      ),
    );
    let leave = new AbortController();
    const open = async (): Promise<number> => {
      const response = await fetch(`${gateway.url}/api/yunwu/progress?task_ids=${task?.task_id}`, {
        headers: { authorization: `Bearer ${watcher.apiKey}` },
        signal: leave.signal,
      });
      if (response.status !== 200) await response.text();
      return response.status;
    };
    const statuses = await Promise.all(Array.from({ length: 40 }, open));
    expect(statuses.filter((status) => status === 200)).toHaveLength(6);
    expect(statuses.filter((status) => status === 429)).toHaveLength(34);
    leave.abort();
    leave = new AbortController();
    await waitFor(async () => (await open()) === 200, { what: 'a place that was given back' });
    leave.abort();
  });
});
