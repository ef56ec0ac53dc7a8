import { get, type ClientRequest } from 'node:http';
import { newId } from '@shotloom/kernel';
import { EventReader, waitFor } from '@shotloom/testing';
import { jobProgress, jobState, OTHER_USER } from './support/job-fixtures';
import { raiseStage, type Stage } from './support/stage';

let stage: Stage;
const connect = (
  options: { lastEventId?: string; query?: string } = {},
  key = 'sl_user',
): Promise<EventReader> => EventReader.connect(stage.notifier.port, key, options);

beforeAll(async () => {
  stage = await raiseStage({ PING_INTERVAL_MS: '100', SOCKETS_PER_USER: '20' });
}, 60_000);
afterAll(() => stage.stop());
beforeEach(() => {
  stage.peers.jobs.clear();
  stage.peers.linksFail = false;
});

it('tells the present state, then what happens, each with its place', async () => {
  const { peers } = stage;
  const jobId = newId();
  await peers.change(jobState({ jobId }));
  const reader = await connect();
  await reader.until('ready');
  expect(reader.response.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  expect(reader.names).toEqual(['connected', 'status', 'ready']);
  await peers.change(jobState({ jobId, version: 2, status: 'processing' }), 2);
  await reader.until('status', 2);
  peers.progress(jobProgress({ jobId, version: 2, progress: 40 }));
  await reader.until('progress');
  await peers.change(jobState({ jobId, version: 3, status: 'completed', progress: 100 }));
  await reader.until('job_complete');
  expect(reader.names).toEqual([
    'connected',
    'status',
    'ready',
    'status',
    'progress',
    'status',
    'job_complete',
  ]);
  const [, shown, ready, processing, progress, completed, end] = reader.events;
  // An end is told in two messages; only the second says that it was seen.
  expect([shown?.id, progress?.id, completed?.id]).toEqual([undefined, undefined, undefined]);
  const places = [ready, processing, end].map((event) => Number(event?.id?.split('-')[1]));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(new Set(places).size).toBe(3);
  reader.close();
});

it('tells a client that was away exactly what it missed, in order and once', async () => {
  const { peers } = stage;
  const [one, two] = [newId(), newId()];
  await peers.change(jobState({ jobId: one }));
  const before = await connect();
  await before.until('ready');
  before.close();
  for (let version = 2; version <= 40; version += 1)
    await peers.change(jobState({ jobId: one, version, status: 'processing' }));
  await peers.change(jobState({ jobId: two, ownerUserId: OTHER_USER }));
  await peers.change(jobState({ jobId: one, version: 41, status: 'failed' }));
  const lastEventId = before.lastId ?? '';
  const after = await connect({ lastEventId });
  await after.until('error');
  expect(after.names.slice(0, 2)).toEqual(['connected', 'status']);
  expect(after.versions).toEqual(Array.from({ length: 40 }, (_, i) => i + 2));
  expect(after.events.every(({ data }) => data['job_id'] !== two)).toBe(true);
  // In the middle of it all: from the twentieth on.
  const middle = after.events.find(({ data }) => data['version'] === 20)?.id ?? '';
  const again = await connect({ query: `?last_event_id=${middle}` });
  await again.until('error');
  expect(again.versions).toEqual(Array.from({ length: 21 }, (_, i) => i + 21));
  const nothing = await connect({ lastEventId: after.lastId ?? '' });
  await nothing.until('connected');
  await peers.change(jobState({ jobId: newId() }));
  await nothing.until('status');
  expect(nothing.names).toEqual(['connected', 'status']);
  for (const reader of [after, again, nothing]) reader.close();
});

it('misses nothing and repeats nothing while events and the replay race', async () => {
  const { peers } = stage;
  const jobId = newId();
  await peers.change(jobState({ jobId }));
  const first = await connect();
  await first.until('ready');
  first.close();
  const publishing = (async () => {
    for (let version = 2; version <= 200; version += 1)
      await peers.change(jobState({ jobId, version, status: 'processing' }));
  })();
  let lastEventId = first.lastId ?? '';
  const seen: unknown[] = [];
  while (seen.at(-1) !== 200) {
    const reader = await connect({ lastEventId });
    await waitFor(() => reader.versions.length >= 5 || reader.versions.at(-1) === 200, {
      what: 'some events',
    });
    reader.close();
    await waitFor(() => reader.closed, { what: 'the reader to close' });
    lastEventId = reader.lastId ?? lastEventId;
    seen.push(...reader.versions);
  }
  await publishing;
  expect(seen).toEqual(Array.from({ length: 199 }, (_, i) => i + 2));
});

it('says when it cannot go on where the client was, and tells how things stand', async () => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const reader = await connect({ lastEventId: '17-4' });
  await reader.until('ready');
  expect(reader.names).toEqual(['connected', 'reset', 'status', 'ready']);
  expect(reader.events[1]?.data).toEqual({ reason: expect.stringMatching(/\.$/) as string });
  reader.close();
});

it('watches one job of the caller, and no other', async () => {
  const [mine, other] = [newId(), newId()];
  await stage.peers.change(jobState({ jobId: mine }));
  await stage.peers.change(jobState({ jobId: other }));
  const reader = await connect({ query: `?job_id=${mine}` });
  await reader.until('ready');
  await stage.peers.change(jobState({ jobId: other, version: 2 }));
  await stage.peers.change(jobState({ jobId: mine, version: 2 }));
  await reader.until('status', 2);
  expect(
    new Set(reader.events.flatMap(({ event, data }) => (event === 'status' ? [data['job_id']] : []))),
  ).toEqual(new Set([mine]));
  reader.close();
});

describe('whoever has no business here', () => {
  it.each([
    ['a wrong key', 'sl_nobody', '', 401],
    ['what is no id', 'sl_user', '?job_id=1%20or%201', 422],
    ['a job that is not there', 'sl_user', `?job_id=${newId()}`, 404],
  ])('is refused for %s', async (_what, key, query, status) => {
    const { response } = await connect({ query }, key);
    expect(response.statusCode).toBe(status);
    expect(response.headers['content-type']).toBe('application/problem+json');
  });

  it('is not told of another user’s job', async () => {
    const jobId = newId();
    await stage.peers.change(jobState({ jobId }));
    const { response } = await connect({ query: `?job_id=${jobId}` }, 'sl_other');
    expect(response.statusCode).toBe(404);
  });

  it('finds nothing at other addresses', async () => {
    const response = await fetch(`http://127.0.0.1:${stage.notifier.port}/api/v1/event`);
    expect(response.status).toBe(404);
  });

  it('has a limit of streams and sockets together', async () => {
    const readers = await Promise.all(Array.from({ length: 20 }, () => connect({}, 'sl_other')));
    await Promise.all(readers.map((reader) => reader.until('ready')));
    const { response } = await connect({}, 'sl_other');
    expect(response.statusCode).toBe(429);
    for (const reader of readers) reader.close();
    await waitFor(
      async () => {
        const reader = await connect({}, 'sl_other');
        const { statusCode } = reader.response;
        reader.close();
        return statusCode === 200;
      },
      { what: 'a place that is free again' },
    );
  });
});

it('beats while nothing happens', async () => {
  const reader = await connect();
  await waitFor(() => reader.comments >= 2, { what: 'two beats' });
  reader.close();
});

it('cuts who does not read, and keeps nothing for them', async () => {
  const small = await raiseStage({ SOCKET_BUFFER_BYTES: '1024' });
  try {
    const reader = await EventReader.connect(small.notifier.port, 'sl_user');
    await reader.until('ready');
    reader.response.pause();
    const jobId = newId();
    const cut = async (): Promise<boolean> =>
      /cut_total\{[^}]*slow[^}]*\} 1/.test(await small.metrics.metrics());
    for (let version = 1; !(await cut()); version += 1) {
      const state = jobState({ jobId, version, notes: [] });
      await Promise.all(
        Array.from({ length: 200 }, (_, i) => small.peers.publish({ ...state, version: version * 200 + i })),
      );
    }
    reader.response.resume();
    await waitFor(() => reader.closed, { what: 'the end of the stream' });
  } finally {
    await small.stop();
  }
}, 60_000);

it('gives the stable address where storage has no link', async () => {
  stage.peers.linksFail = true;
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const reader = await connect({ query: `?job_id=${jobId}` });
  await reader.until('ready');
  await stage.peers.change(jobState({ jobId, version: 2, status: 'completed' }));
  await reader.until('job_complete');
  expect(reader.events.at(-1)?.data).toEqual({
    type: 'job_complete',
    job_id: jobId,
    output_path: `/api/v1/jobs/${jobId}/video`,
  });
  reader.close();
});

it('keeps no place for who has gone before their key was judged', async () => {
  const { peers, notifier } = stage;
  const verdict = Promise.withResolvers<void>();
  let asked = 0;
  peers.beforeVerdict = () => {
    asked += 1;
    return verdict.promise;
  };
  const url = `http://127.0.0.1:${notifier.port}`;
  const open = (): ClientRequest =>
    get(`${url}/api/v1/events`, { headers: { authorization: 'Bearer sl_other' }, agent: false }).on(
      'error',
      () => undefined,
    );
  const hasty = Array.from({ length: 20 }, open);
  await waitFor(() => asked === 20, { what: 'all keys to be asked about' });
  for (const request of hasty) request.destroy();
  // By its answer the server has seen that they are gone.
  await fetch(`${url}/nothing`);
  verdict.resolve();
  peers.beforeVerdict = () => Promise.resolve();
  const reader = await connect({}, 'sl_other');
  expect(reader.response.statusCode).toBe(200);
  await reader.until('ready');
  reader.close();
});
