import { ShotloomClient, type FeedTimings, type JobResource, type SocketMessage } from '.';
import { aJob, aStatus, sendJson, sendProblem, TestGateway, type Answer } from '../test/test-gateway';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await new TestGateway().start();
});
afterEach(() => gateway.stop());

const FAST: FeedTimings = {
  heartbeat: { everyMs: 5_000, patienceMs: 5_000 },
  reconnect: { baseMs: 1, maxMs: 2 },
  maxReconnects: 1_000,
  pollEveryMs: 5,
};
const connected: SocketMessage = { type: 'connected', job_id: 'user-1', message: 'Connected.' };
const ended = (id: string, changes: Partial<JobResource> = {}) =>
  aJob({ id, status: 'completed', version: 3, progress_percentage: 100, ...changes });
const linksOf = (id: string) => ({ video_url: `https://m/${id}.mp4`, download_url: '/d', poster_url: null });
const says = (...messages: SocketMessage[]): string[] => messages.map((message) => JSON.stringify(message));

/** `newest` is the user's first page. A question for the open ones alone finds none. */
const lists = (...newest: JobResource[]): Answer => {
  return ({ path }, response) =>
    sendJson(response, { data: path.includes('status=') ? [] : newest, next_cursor: null });
};

/** The first socket knows of these open jobs and is cut; what the others say is for the test. */
function cutAfter(jobIds: readonly string[], next: (socket: TestGateway['sockets'][number]) => void): void {
  gateway.onSocket = (socket) => {
    if (gateway.sockets.length > 1) return next(socket);
    const known = jobIds.map((id) => aStatus({ job_id: id, version: 2 }));
    for (const text of says(connected, ...known)) socket.send(text);
    socket.close();
  };
}

/** Messages until so many jobs have ended, and what came of the feed. */
async function untilEnded(count: number): Promise<readonly SocketMessage[]> {
  const client = new ShotloomClient({
    ...{ baseUrl: gateway.url, apiKey: 'sl_test', timings: FAST, maxTries: 1 },
  });
  const ends: SocketMessage[] = [];
  for await (const message of client.events('user-1', { scope: 'user' })) {
    if (message.type === 'job_complete' || message.type === 'error') ends.push(message);
    if (ends.length === count) break;
  }
  return ends;
}

it('loses no end where the socket comes back while the ends of several jobs are asked for', async () => {
  const asked = Promise.withResolvers<void>();
  gateway
    .on('GET /api/v1/jobs', lists(ended('b'), ended('a')))
    .on('GET /api/v1/jobs/a/links', (_s, response) => sendJson(response, linksOf('a')))
    // Of this one the answer never comes.
    .on('GET /api/v1/jobs/b/links', () => asked.resolve());
  cutAfter(['a', 'b'], (socket) => {
    void asked.promise.then(() => {
      const again = ['a', 'b'].flatMap((id): SocketMessage[] => [
        aStatus({ job_id: id, version: 3, status: 'completed', progress: 100 }),
        { type: 'job_complete', job_id: id, output_path: `https://m/${id}.mp4` },
      ]);
      for (const text of says(connected, ...again)) socket.send(text);
    });
  });
  expect((await untilEnded(2)).map((end) => 'job_id' in end && end.job_id)).toEqual(['a', 'b']);
});

it('goes on where the video of one of several jobs is gone', async () => {
  gateway.socketsOpen = true;
  gateway
    .on('GET /api/v1/jobs', lists(ended('b'), ended('a')))
    .on('GET /api/v1/jobs/a/links', (_s, response) => sendProblem(response, 410, 'gone', 'It was removed.'))
    .on('GET /api/v1/jobs/b/links', (_s, response) => sendJson(response, linksOf('b')));
  cutAfter(['a', 'b'], (socket) => socket.terminate());
  expect(await untilEnded(2)).toEqual([
    { type: 'job_complete', job_id: 'a', output_path: '/api/v1/jobs/a/video' },
    { type: 'job_complete', job_id: 'b', output_path: 'https://m/b.mp4' },
  ]);
});

it('asks again for an end whose link cannot be had now, and tells the others meanwhile', async () => {
  let answers = false;
  gateway
    .on('GET /api/v1/jobs', lists(ended('b'), ended('a')))
    .on('GET /api/v1/jobs/a/links', (_s, response) =>
      answers ? sendJson(response, linksOf('a')) : sendProblem(response, 503, 'unavailable', 'Not now.'),
    )
    .on('GET /api/v1/jobs/b/links', (_s, response) => {
      answers = true;
      sendJson(response, linksOf('b'));
    });
  cutAfter(['a', 'b'], (socket) => socket.terminate());
  expect((await untilEnded(2)).map((end) => 'job_id' in end && end.job_id)).toEqual(['b', 'a']);
});

it('finds by asking what ended before the events that the server still has', async () => {
  gateway
    .on('GET /api/v1/jobs', (_s, response) => sendProblem(response, 503, 'unavailable', 'Not now.'))
    .on('GET /api/v1/jobs/a/links', (_s, response) => sendJson(response, linksOf('a')));
  cutAfter(['a'], (socket) => {
    gateway.on('GET /api/v1/jobs', lists(ended('a')));
    const missed: SocketMessage = { type: 'reset', job_id: 'user-1', reason: 'The events are gone.' };
    for (const text of says(connected, missed, { type: 'ready', job_id: 'user-1', event_id: '9-1' }))
      socket.send(text);
  });
  expect(await untilEnded(1)).toMatchObject([{ type: 'job_complete', job_id: 'a' }]);
});

it('tells the end of a job that newer ones have pushed out of the first page, and forgets one that was deleted', async () => {
  gateway
    .on('GET /api/v1/jobs', lists(aJob({ id: 'newer' })))
    .on('GET /api/v1/jobs/a', (_s, response) => sendJson(response, ended('a', { status: 'failed' })));
  cutAfter(['gone', 'a'], (socket) => socket.terminate());
  expect(await untilEnded(1)).toMatchObject([{ type: 'error', job_id: 'a' }]);
  expect(gateway.asked('GET /api/v1/jobs/gone')).toHaveLength(1);
});
