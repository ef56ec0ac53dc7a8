import { ShotloomClient, type JobResource, type ShotloomClientOptions } from '.';
import { aJob, inTurn, sendJson, sendProblem, TestGateway, type Answer } from '../test/test-gateway';

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await new TestGateway().start();
});
afterEach(() => gateway.stop());

const client = (options: Partial<ShotloomClientOptions> = {}) =>
  new ShotloomClient({
    baseUrl: gateway.url,
    apiKey: 'sl_test',
    backoff: { baseMs: 1, maxMs: 2 },
    ...options,
  });
const unavailable: Answer = (_seen, response) =>
  sendProblem(response, 503, 'unavailable', 'Starting, try again.', { error_id: 'e-1' });
const dropped: Answer = (_seen, response) => void response.socket?.destroy();

it('sends the key and reads who it is', async () => {
  const me = {
    user_id: 'u',
    account_id: 'a',
    scopes: ['generate'],
    email: null,
    credits: { available: 7, held: 1 },
  };
  gateway.on('GET /api/v1/me', (_seen, response) => sendJson(response, me));
  gateway.on('GET /api/v1/credits', (_seen, response) => sendJson(response, me.credits));
  await expect(client().me()).resolves.toEqual(me);
  await expect(client().credits()).resolves.toEqual({ available: 7, held: 1 });
  expect(gateway.seen[0]?.headers.authorization).toBe('Bearer sl_test');
});

describe('errors', () => {
  it('carries everything that a problem document says', async () => {
    gateway.on('POST /api/v1/generate/text-to-video', (_seen, response) => {
      response.setHeader('retry-after', '3');
      const errors = [{ field: 'prompt', reason: 'Say what should happen in the video.' }];
      sendProblem(response, 400, 'invalid_input', 'The prompt is empty.', { errors, error_id: 'e-9' });
    });
    await expect(client().generate.textToVideo({ prompt: '' })).rejects.toMatchObject({
      name: 'ShotloomError',
      code: 'invalid_input',
      status: 400,
      message: 'The prompt is empty.',
      fields: [{ field: 'prompt', reason: 'Say what should happen in the video.' }],
      errorId: 'e-9',
      retryAfterMs: 3000,
    });
  });

  it("does not take a proxy's page for an answer", async () => {
    gateway.on('GET /api/v1/me', (_seen, response) => response.end('<html>hello</html>'));
    await expect(client().me()).rejects.toMatchObject({ code: 'bad_response' });
  });

  it('says so where nobody answers', async () => {
    const options = { baseUrl: 'http://127.0.0.1:1', maxTries: 1 };
    await expect(client(options).me()).rejects.toMatchObject({ code: 'network_error', status: 0 });
  });
});

describe('trying again', () => {
  it('repeats a read after a 503 and after a dropped connection', async () => {
    gateway.on(
      'GET /api/v1/jobs/job-1',
      inTurn(unavailable, dropped, (_s, response) => sendJson(response, aJob())),
    );
    await expect(client().jobs.get('job-1')).resolves.toMatchObject({ id: 'job-1' });
    expect(gateway.seen).toHaveLength(3);
  });

  it('takes a server that does not answer for lost, and asks again', async () => {
    const silent: Answer = () => undefined;
    gateway.on(
      'GET /api/v1/jobs/job-1',
      inTurn(silent, (_s, response) => sendJson(response, aJob())),
    );
    await expect(client({ timeoutMs: 50 }).jobs.get('job-1')).resolves.toMatchObject({ id: 'job-1' });
    expect(gateway.seen).toHaveLength(2);
  });

  it('gives up after its tries with the last answer', async () => {
    gateway.on('GET /api/v1/jobs/job-1', unavailable);
    await expect(client({ maxTries: 3 }).jobs.get('job-1')).rejects.toMatchObject({
      status: 503,
      errorId: 'e-1',
    });
    expect(gateway.seen).toHaveLength(3);
  });

  it('repeats a generation under one idempotency key, so that it is paid once', async () => {
    const accept: Answer = (_seen, response) => sendJson(response, aJob(), 202);
    gateway.on('POST /api/v1/generate/image-to-video', inTurn(dropped, unavailable, accept));
    const { job, jobs } = await client().generate.imageToVideo({ prompt: 'zoom in', asset_id: 'a-1' });
    expect([job.id, jobs.length]).toEqual(['job-1', 1]);
    const keys = gateway.seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('uses another key for another call', async () => {
    gateway.on('POST /api/v1/generate/text-to-video', (_s, response) => sendJson(response, aJob(), 202));
    await client().generate.textToVideo({ prompt: 'one' });
    await client().generate.textToVideo({ prompt: 'one' });
    expect(new Set(gateway.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  it.each([400, 402, 409, 429, 500])('does not repeat after a %i', async (status) => {
    gateway.on('POST /api/v1/generate/text-to-video', (_s, response) =>
      sendProblem(response, status, 'internal', 'No.'),
    );
    await expect(client().generate.textToVideo({ prompt: 'x' })).rejects.toMatchObject({ status });
    expect(gateway.seen).toHaveLength(1);
  });

  it('does not repeat a cancel or a delete', async () => {
    gateway.on('POST /api/v1/jobs/job-1/cancel', unavailable).on('DELETE /api/v1/jobs/job-1', unavailable);
    await expect(client().jobs.cancel('job-1')).rejects.toMatchObject({ status: 503 });
    await expect(client().jobs.delete('job-1')).rejects.toMatchObject({ status: 503 });
    expect(gateway.seen).toHaveLength(2);
  });

  it('stops waiting for its next try when it is aborted', async () => {
    const stop = new AbortController();
    gateway.on('GET /api/v1/jobs/job-1', (seen, response) => {
      unavailable(seen, response);
      response.on('close', () => stop.abort(new Error('left the page')));
    });
    const slow = client({ backoff: { baseMs: 60_000, maxMs: 60_000 } });
    await expect(slow.jobs.get('job-1', { signal: stop.signal })).rejects.toThrow('left the page');
  });
});

it('uploads a file under its name and reports the end of it', async () => {
  gateway.on('POST /api/v1/upload', (_s, response) => sendJson(response, { asset_id: 'a-1' }, 201));
  const onProgress = jest.fn();
  const file = new Blob(['picture bytes'], { type: 'image/png' });
  await expect(client().upload(file, { fileName: 'cat.png', onProgress })).resolves.toEqual({
    asset_id: 'a-1',
  });
  expect(gateway.seen[0]?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
  expect(gateway.seen[0]?.body).toContain('name="file"; filename="cat.png"');
  expect(gateway.seen[0]?.body).toContain('picture bytes');
  expect(onProgress).toHaveBeenLastCalledWith(13, 13);
});

it('walks over all pages, and fetches none that is not asked for', async () => {
  const page = (ids: string[], next_cursor: string | null): Answer => {
    const data = ids.map((id) => aJob({ id }));
    return (_seen, response) => sendJson(response, { data, next_cursor });
  };
  gateway.on('GET /api/v1/jobs', inTurn(page(['c', 'b'], 'after-b'), page(['a'], null)));
  const jobs: JobResource[] = [];
  for await (const job of client().jobs.all({ limit: 2, status: ['queued', 'failed'] })) jobs.push(job);
  expect(jobs.map(({ id }) => id)).toEqual(['c', 'b', 'a']);
  expect(gateway.seen.map(({ path }) => path)).toEqual([
    '/api/v1/jobs?limit=2&status=queued%2Cfailed',
    '/api/v1/jobs?limit=2&cursor=after-b&status=queued%2Cfailed',
  ]);

  for await (const job of client().jobs.all()) {
    expect(job.id).toBe('a');
    break;
  }
  expect(gateway.seen).toHaveLength(3);
});

describe('a job that has ended', () => {
  it('is tried again under one idempotency key, with the seed that is asked for', async () => {
    const accept: Answer = (_seen, response) =>
      sendJson(response, aJob({ id: 'job-2', retry_of: 'job-1' }), 202);
    gateway.on('POST /api/v1/jobs/job-1/retry', inTurn(dropped, unavailable, accept));
    await expect(client().jobs.retry('job-1', { seed: 'random' })).resolves.toMatchObject({ id: 'job-2' });
    expect(gateway.seen.map(({ body }) => body)).toEqual(Array(3).fill('{"seed":"random"}'));
    expect(new Set(gateway.seen.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
  });

  it('is tried again as it was unless told otherwise, under the key that is given', async () => {
    gateway.on('POST /api/v1/jobs/job-1/retry', (_s, response) => sendJson(response, aJob(), 202));
    await client().jobs.retry('job-1', { idempotencyKey: 'mine' });
    expect(gateway.seen[0]).toMatchObject({ body: '{}', headers: { 'idempotency-key': 'mine' } });
  });
});

it('stops all jobs, or those that match, and is not repeated by itself', async () => {
  const stopped = { cancelled: 2, cancelling: 1, more: false };
  gateway.on(
    'POST /api/v1/jobs/stop-all',
    inTurn((_s, response) => sendJson(response, stopped), unavailable),
  );
  await expect(client().jobs.stopAll()).resolves.toEqual(stopped);
  await expect(client().jobs.stopAll({ provider: 'kling' })).rejects.toMatchObject({ status: 503 });
  expect(gateway.seen.map(({ body }) => body)).toEqual(['{}', '{"provider":"kling"}']);
});

it('reads the log of a job from where it was left', async () => {
  gateway.on('GET /api/v1/jobs/job-1/log', (_s, response) => sendJson(response, { data: [], next: null }));
  await client().jobs.log('job-1');
  await expect(client().jobs.log('job-1', { after: 7, limit: 50 })).resolves.toEqual({
    data: [],
    next: null,
  });
  expect(gateway.seen.map(({ path }) => path)).toEqual([
    '/api/v1/jobs/job-1/log',
    '/api/v1/jobs/job-1/log?after=7&limit=50',
  ]);
});

it('gives links that open as they are', async () => {
  const links = { video_url: '/media/v?x=1', download_url: 'https://s3.example.com/d', poster_url: null };
  gateway.on('GET /api/v1/jobs/job-1/links', (_s, response) =>
    sendJson(response, { ...links, expires_at: 'later' }),
  );
  await expect(client().jobs.links('job-1')).resolves.toMatchObject({
    video_url: `${gateway.url}/media/v?x=1`,
    download_url: 'https://s3.example.com/d',
    poster_url: null,
  });
});

it('makes those of a preview and a sheet whole too', async () => {
  const links = { video_url: '/v', download_url: '/d', poster_url: '/p', preview_url: '/media/w?x=1' };
  const spritesheet = { url: '/media/s', columns: 4, rows: 3 };
  gateway.on('GET /api/v1/jobs/job-1/links', (_s, response) =>
    sendJson(response, { ...links, spritesheet, expires_at: 'later' }),
  );
  await expect(client().jobs.links('job-1')).resolves.toMatchObject({
    poster_url: `${gateway.url}/p`,
    preview_url: `${gateway.url}/media/w?x=1`,
    compressed_url: null,
    spritesheet: { ...spritesheet, url: `${gateway.url}/media/s` },
  });
});
