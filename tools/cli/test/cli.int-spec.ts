import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aJob, aStatus, sendJson, sendProblem, TestGateway } from '../../../libs/sdk/test/test-gateway';
import { shotloom as runCommand, type Called } from './shotloom';

let gateway: TestGateway;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-cli-'));
  gateway = await new TestGateway().start();
  gateway
    .on('POST /api/v1/generate/text-to-video', (_seen, response) => sendJson(response, aJob(), 202))
    .on('POST /api/v1/generate/image-to-video', (_seen, response) => sendJson(response, aJob(), 202))
    .on('POST /api/v1/upload', (_seen, response) =>
      sendJson(response, { asset_id: 'a1', kind: 'image' }, 201),
    )
    .on('GET /api/v1/jobs/job-1/links', (_seen, response) => {
      const links = { video_url: '/v', download_url: '/d', poster_url: null, expires_at: 'later' };
      sendJson(response, links);
    })
    .on('GET /d', (_seen, response) => response.end('a film'));
});
afterEach(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

const shotloom = (args: readonly string[], more: Partial<Called> = {}) =>
  runCommand(args, { url: gateway.url, ...more });

/** The job runs over the socket, and has then ended as given. */
function ends(ended: Parameters<typeof aJob>[0]): void {
  let over = false;
  gateway.on('GET /api/v1/jobs/job-1', (_seen, response) => sendJson(response, over ? aJob(ended) : aJob()));
  gateway.onSocket = (socket) => {
    over = true;
    const messages = [
      { type: 'connected', job_id: 'job-1', message: 'Connected.' },
      aStatus({ progress: 50 }),
      { type: 'job_complete', job_id: 'job-1', output_path: '/v' },
    ];
    for (const message of messages) socket.send(JSON.stringify(message));
  };
}
const COMPLETED = { status: 'completed', version: 6, progress_percentage: 100 } as const;

it('makes a film of a picture, with its progress, and writes it whole', async () => {
  ends({ ...COMPLETED, credits: { held: 0, captured: 5 } });
  const picture = join(folder, 'photo.png');
  const out = join(folder, 'out.mp4');
  await writeFile(picture, 'pixels');
  const { code, out: told, err } = await shotloom(['generate', picture, 'slow zoom', '-o', out, '-d', '5']);
  expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('50 %') as string });
  expect(await readFile(out, 'utf8')).toBe('a film');
  expect(told).toContain('out.mp4');
  const [asked] = gateway.asked('POST /api/v1/generate/image-to-video');
  expect(JSON.parse(asked?.body ?? '')).toEqual({ prompt: 'slow zoom', asset_id: 'a1', duration: 5 });
  expect(await readdir(folder)).toEqual(['out.mp4', 'photo.png']);
});

it('makes a film of words, and says what became of it as one line of JSON', async () => {
  ends(COMPLETED);
  const file = join(folder, 'x.mp4');
  const { code, out } = await shotloom(['generate', 'a boat', '--json', '-o', file]);
  expect(code).toBe(0);
  expect(out.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(out)).toMatchObject({ id: 'job-1', status: 'completed', file });
});

it('ends with 1 and the reason where the job failed', async () => {
  const error = { code: 'content_rejected', message: 'The vendor refused the picture.' } as const;
  ends({ status: 'failed', version: 6, error: error as never });
  const { code, err } = await shotloom(['generate', 'a boat', '-o', join(folder, 'x.mp4')]);
  expect(code).toBe(1);
  expect(err).toContain('The vendor refused the picture.');
  expect(await readdir(folder)).toEqual([]);
});

it('leaves no half of a film behind', async () => {
  ends(COMPLETED);
  gateway.on('GET /d', (_seen, response) => {
    response.writeHead(200, { 'content-length': '1000' }).write('half');
    setImmediate(() => response.destroy());
  });
  const { code } = await shotloom(['download', 'job-1', '-o', join(folder, 'x.mp4')]);
  expect(code).not.toBe(0);
  expect(await readdir(folder)).toEqual([]);
});

it('says which field is wrong', async () => {
  gateway.on('POST /api/v1/generate/text-to-video', (_seen, response) => {
    const errors = [{ field: 'duration', reason: 'It makes 5 or 10 s.' }];
    sendProblem(response, 422, 'unsupported_by_model', 'The model cannot do that.', { errors });
  });
  const { code, err } = await shotloom(['generate', 'a boat', '-d', '7']);
  expect(code).toBe(2);
  expect(err).toBe('The model cannot do that.\n  duration: It makes 5 or 10 s.\n');
});

it('says how to go on with a job that it was waiting for when it was interrupted', async () => {
  const interrupted = new AbortController();
  gateway.on('GET /api/v1/jobs/job-1', (_seen, response) => sendJson(response, aJob()));
  gateway.onSocket = () => interrupted.abort(new Error('interrupted'));
  const { code, err } = await shotloom(['watch', 'job-1'], { signal: interrupted.signal });
  expect(code).toBe(130);
  expect(err).toContain('shotloom watch job-1');
});

it.each([
  [['generate'], 2, 'What should be made'],
  [['generate', 'a', 'b', 'c'], 2, 'quotation marks'],
  [['generate', 'no-such.png', 'zoom'], 2, 'There is no file'],
  [['generate', 'x', '--duration', 'long'], 2, 'whole number'],
  [['generate', 'x', '--colour', 'red'], 2, '--colour'],
  [['dance'], 2, 'There is no command dance'],
  [['constructor'], 2, 'There is no command constructor'],
  [['watch'], 2, 'id of one job'],
  [['generate', 'x', '--quote'], 2, '--quote is no option of `shotloom generate`'],
  [['batch', 'x.csv', '--model', 'm'], 2, '--model is no option of `shotloom batch`'],
  [['credits', '--url', 'ftp://x'], 2, 'no address'],
] as const)('refuses %j', async (args, code, words) => {
  const result = await shotloom(args);
  expect(result).toMatchObject({ code, err: expect.stringContaining(words) as string });
  expect(gateway.seen).toEqual([]);
});

it('needs a key, and a server that is there', async () => {
  expect(await shotloom(['credits'], { apiKey: '' })).toMatchObject({ code: 2 });
  gateway.on('GET /api/v1/credits', (_seen, response) => sendProblem(response, 401, 'unauthorized', 'No.'));
  expect(await shotloom(['credits'])).toMatchObject({ code: 3, err: 'No.\n' });
});

it('shows help where it is asked for', async () => {
  expect(await shotloom(['--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('generate') as string,
  });
  expect((await shotloom([])).code).toBe(2);
});
