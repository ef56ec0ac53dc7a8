import { ShotloomClient, type Connection, type FeedTimings, type SocketMessage } from '.';
import { aJob, aStatus, sendJson, TestGateway } from '../test/test-gateway';

let gateway: TestGateway;
const closers: (() => void)[] = [];
beforeEach(async () => {
  gateway = await new TestGateway().start();
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob()));
});
afterEach(async () => {
  for (const close of closers.splice(0)) close();
  await gateway.stop();
});

const FAST: FeedTimings = {
  heartbeat: { everyMs: 5_000, patienceMs: 5_000 },
  reconnect: { baseMs: 1, maxMs: 2 },
  maxReconnects: 2,
  pollEveryMs: 60_000,
};

/** Reads a job's events until its end. */
async function read(timings: Partial<FeedTimings> = {}, onState?: (state: Connection) => void) {
  const states: Connection[] = [];
  const messages: SocketMessage[] = [];
  const client = new ShotloomClient({
    baseUrl: gateway.url,
    apiKey: 'sl_test',
    timings: { ...FAST, ...timings },
  });
  await new Promise<void>((resolve) => {
    const feed = client.subscribe('job-1', {
      onMessage: (message) => messages.push(message),
      onConnection: (state) => {
        states.push(state);
        onState?.(state);
        if (state === 'closed') resolve();
      },
    });
    closers.push(() => feed.close());
  });
  return { states, messages, types: messages.map(({ type }) => type) };
}

const versions = (messages: readonly SocketMessage[]) =>
  messages.flatMap((message) => (message.type === 'status' ? [message.version] : []));
const greeting: SocketMessage = { type: 'connected', job_id: 'job-1', message: 'Connected.' };
const end: SocketMessage = { type: 'error', job_id: 'job-1', error: 'No.' };

it('takes the event stream where no socket can be had, with the same credentials and messages', async () => {
  gateway.socketsOpen = false;
  const seen: unknown[] = [];
  gateway.onStream = (stream, { path, headers }) => {
    seen.push(path, headers.authorization, headers['last-event-id']);
    stream.send('connected', { id: 'job-1' }).send('status', aStatus()).send('ready', { id: 'job-1' }, '9-1');
    stream.send('error', end, '9-2');
  };
  const { types, states } = await read();
  expect(seen).toEqual(['/api/v1/events?job_id=job-1', 'Bearer sl_test', undefined]);
  // The first status is what polling found while there was no connection.
  expect(types).toEqual(['status', 'connected', 'status', 'ready', 'error']);
  expect(states).toEqual(['reconnecting', 'live', 'closed']);
});

it('goes on where the stream was cut, and tells nothing twice', async () => {
  gateway.socketsOpen = false;
  const places: unknown[] = [];
  gateway.onStream = (stream, { headers }) => {
    places.push(headers['last-event-id']);
    stream.send('connected', { id: 'job-1' });
    const version = places.length + 1;
    if (places.length === 1) stream.send('ready', { id: 'job-1' }, '9-0');
    // What the server tells again, because it is not sure, and what is new.
    const again = aStatus({ version: version - 1, progress: 0 });
    stream.send('status', again).send('status', aStatus({ version }), `9-${version}`);
    if (places.length < 4) stream.cut();
    else stream.send('error', end, '9-9');
  };
  const { messages } = await read();
  expect(places).toEqual([undefined, '9-2', '9-3', '9-4']);
  expect(versions(messages)).toEqual([1, 2, 3, 4, 5]);
});

it('goes on over the stream where the socket was', async () => {
  gateway.onSocket = (socket, path) => {
    expect(path).toBe('/ws/jobs/job-1?last_event_id=');
    socket.send(JSON.stringify(greeting));
    socket.send(JSON.stringify({ ...aStatus({ version: 2 }), event_id: '9-2' }));
    gateway.socketsOpen = false;
    socket.terminate();
  };
  gateway.onStream = (stream, { headers }) => {
    expect(headers['last-event-id']).toBe('9-2');
    stream.send('connected', { id: 'job-1' }).send('status', aStatus({ version: 3 }), '9-3');
    stream.send('error', end, '9-4');
  };
  const { messages } = await read();
  expect(versions(messages)).toEqual([2, 3]);
});

it('takes a silent stream for lost', async () => {
  gateway.socketsOpen = false;
  let streams = 0;
  gateway.onStream = (stream) => {
    streams += 1;
    stream.send('connected', { id: 'job-1' });
    if (streams === 2) stream.send('error', end);
  };
  const { states } = await read({ heartbeat: { everyMs: 20, patienceMs: 20 } });
  expect(states).toEqual(['reconnecting', 'live', 'reconnecting', 'live', 'closed']);
});

it('polls where a proxy answers the stream with a page', async () => {
  gateway.socketsOpen = false;
  gateway.on('GET /api/v1/events', (_s, response) => void response.writeHead(200).end('<html>'));
  let status: 'processing' | 'failed' = 'processing';
  gateway.on('GET /api/v1/jobs/job-1', (_s, response) => sendJson(response, aJob({ status })));
  const { states } = await read({ pollEveryMs: 5 }, (state) => {
    if (state === 'polling') status = 'failed';
  });
  expect(states.slice(-2)).toEqual(['polling', 'closed']);
});
