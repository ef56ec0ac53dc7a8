import { ShotloomClient, type Connection, type FeedTimings, type LiveJob, type SocketMessage } from '.';
import { aJob, aStatus, inTurn, sendJson, sendProblem, TestGateway } from '../test/test-gateway';

let gateway: TestGateway;
const closers: (() => void)[] = [];
beforeEach(async () => {
  gateway = await new TestGateway().start();
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await gateway.stop();
});

const FAST: FeedTimings = {
  heartbeat: { everyMs: 5_000, patienceMs: 5_000 },
  reconnect: { baseMs: 1, maxMs: 2 },
  maxReconnects: 10,
  pollEveryMs: 5,
};
const client = (timings: Partial<FeedTimings> = {}) =>
  new ShotloomClient({
    baseUrl: gateway.url,
    apiKey: 'sl_test',
    backoff: { baseMs: 1, maxMs: 2 },
    timings: { ...FAST, ...timings },
  });

const connected: SocketMessage = { type: 'connected', job_id: 'job-1', message: 'Connected.' };
const complete: SocketMessage = { type: 'job_complete', job_id: 'job-1', output_path: '/media/v.mp4' };
const links = { video_url: '/media/v.mp4', download_url: '/d', poster_url: null, expires_at: 'later' };
const done = aJob({ status: 'completed', version: 6, progress_percentage: 100 });

/** A subscription whose connection states can be awaited. */
function watch(timings: Partial<FeedTimings> = {}, scope: 'job' | 'user' = 'job') {
  const states: Connection[] = [];
  const messages: SocketMessage[] = [];
  const waiting: [Connection, () => void][] = [];
  const subscription = client(timings).subscribe('job-1', {
    scope,
    onMessage: (message) => messages.push(message),
    onConnection: (state) => {
      states.push(state);
      for (const [wanted, tell] of waiting) if (wanted === state) tell();
    },
  });
  closers.push(() => subscription.close());
  const reached = (state: Connection) => new Promise<void>((resolve) => waiting.push([state, resolve]));
  return { subscription, states, messages, reached };
}

it('speaks the protocol with the key in it, delivers in order and ends with the job', async () => {
  gateway.onSocket = (socket, path) => {
    expect(path).toBe('/ws/jobs/job-1?last_event_id=');
    for (const message of [connected, aStatus(), complete]) socket.send(JSON.stringify(message));
  };
  const types: string[] = [];
  for await (const message of client().events('job-1')) types.push(message.type);
  expect(types).toEqual(['connected', 'status', 'job_complete']);
  expect(gateway.protocols).toEqual([['shotloom.v1', 'shotloom.key.sl_test']]);
});

it('closes the connection when the loop is left', async () => {
  const closed = new Promise<void>((resolve) => {
    gateway.onSocket = (socket) => {
      socket.on('close', resolve);
      socket.send(JSON.stringify(connected));
    };
  });
  for await (const message of client().events('job-1')) {
    expect(message.type).toBe('connected');
    break;
  }
  await closed;
});

it('throws the reason of an aborted signal into the loop', async () => {
  const stop = new AbortController();
  gateway.onSocket = () => stop.abort(new Error('left'));
  const read = async () => {
    for await (const message of client().events('job-1', { signal: stop.signal })) void message;
  };
  await expect(read()).rejects.toThrow('left');
});

it('connects again after a loss', async () => {
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob()));
  gateway.onSocket = (socket) => {
    socket.send(JSON.stringify(connected));
    if (gateway.sockets.length === 1) socket.terminate();
    else socket.send(JSON.stringify(complete));
  };
  const types = new Set<string>();
  for await (const message of client().events('job-1')) types.add(message.type);
  expect(types).toContain('job_complete');
  expect(gateway.sockets).toHaveLength(2);
});

it('gives the socket up after its tries and polls to the end', async () => {
  gateway.socketsOpen = false;
  const running = aJob({ status: 'processing', version: 3, progress_percentage: 40 });
  let ended = false;
  gateway
    .on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, ended ? done : running))
    .on('GET /api/v1/jobs/job-1/links', (_s, response) => sendJson(response, links));
  const { states, messages, reached } = watch({ maxReconnects: 3 });
  await reached('polling');
  ended = true;
  await reached('closed');
  expect(states).toEqual(['reconnecting', 'polling', 'closed']);
  expect(messages).toMatchObject([
    { type: 'status', status: 'processing', progress: 40 },
    { type: 'status', status: 'completed' },
    { type: 'job_complete', output_path: '/media/v.mp4' },
  ]);
});

it('comes back to the socket when it is told to', async () => {
  gateway.socketsOpen = false;
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob()));
  gateway.onSocket = (socket) => socket.send(JSON.stringify(connected));
  const { subscription, reached } = watch({ maxReconnects: 1 });
  await reached('polling');
  gateway.socketsOpen = true;
  const live = reached('live');
  subscription.reconnect();
  await live;
  expect(subscription.connection).toBe('live');
});

it('pings in silence, and takes a server that does not answer for lost', async () => {
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob()));
  const pings: string[] = [];
  gateway.onSocket = (socket) => {
    const answers = gateway.sockets.length === 1;
    socket.send(JSON.stringify(connected));
    socket.on('message', (data: Buffer) => {
      pings.push(data.toString());
      if (answers && pings.length < 3) socket.send('{"type":"pong"}');
    });
  };
  const { states, reached } = watch({ heartbeat: { everyMs: 5, patienceMs: 40 } });
  await reached('reconnecting');
  expect(states.slice(0, 2)).toEqual(['live', 'reconnecting']);
  expect(pings.slice(0, 3)).toEqual(Array(3).fill('{"type":"ping"}'));
});

it('fails where the key is not valid, however often the socket might be tried', async () => {
  gateway.socketsOpen = false;
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) =>
    sendProblem(response, 401, 'unauthorized', 'This API key is not valid.'),
  );
  const read = async () => {
    for await (const message of client().events('job-1')) void message;
  };
  await expect(read()).rejects.toMatchObject({ code: 'unauthorized' });
});

it("reports a user's jobs by polling: changes and new ends, not old ones", async () => {
  gateway.socketsOpen = false;
  const old = aJob({ id: 'old', status: 'failed', version: 4 });
  const page = (job: LiveJob) => ({ data: [job, old], next_cursor: null });
  gateway.on(
    'GET /api/v1/jobs',
    inTurn(
      (_s, response) => sendJson(response, page(aJob())),
      (_s, response) => sendJson(response, page(done)),
    ),
  );
  gateway.on('GET /api/v1/jobs/job-1/links', (_s, response) => sendJson(response, links));
  const ends: string[] = [];
  for await (const message of client().events('user-1', { scope: 'user' })) {
    if (message.type === 'job_complete' || message.type === 'error') ends.push(message.job_id);
    if (message.type === 'job_complete') break;
  }
  expect(ends).toEqual(['job-1']);
});

describe('jobs.wait', () => {
  it('shows the way and resolves with the ended job', async () => {
    gateway.on(
      'GET /api/v1/jobs/job-1',
      inTurn(
        (_s, response) => sendJson(response, aJob()),
        (_s, response) => sendJson(response, done),
      ),
    );
    gateway.onSocket = (socket) => {
      for (const message of [connected, aStatus(), aStatus({ version: 3, progress: 70 }), complete]) {
        socket.send(JSON.stringify(message));
      }
    };
    const progress: number[] = [];
    const job = await client().jobs.wait('job-1', {
      onUpdate: (now) => progress.push(now.progress_percentage),
    });
    expect(job.status).toBe('completed');
    expect(progress).toEqual([0, 10, 70, 100]);
  });

  it('resolves with a failed job too: the failure is an answer', async () => {
    gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob({ status: 'failed' })));
    await expect(client().jobs.wait('job-1')).resolves.toMatchObject({ status: 'failed' });
    expect(gateway.sockets).toHaveLength(0);
  });

  it('rejects when it is aborted', async () => {
    const stop = new AbortController();
    gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob()));
    gateway.onSocket = () => stop.abort(new Error('enough'));
    await expect(client().jobs.wait('job-1', { signal: stop.signal })).rejects.toThrow('enough');
  });
});
