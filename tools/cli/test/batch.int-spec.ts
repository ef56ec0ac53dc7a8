import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchDetail } from '@shotloom/sdk';
import {
  aJob,
  inTurn,
  sendJson,
  sendProblem,
  TestGateway,
  type Answer,
} from '../../../libs/sdk/test/test-gateway';
import { shotloom as runCommand, type Called } from './shotloom';

let gateway: TestGateway;
let folder: string;
let out: string;
let csv: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-batch-'));
  out = join(folder, 'videos');
  csv = join(folder, 'takes.csv');
  await writeFile(csv, CSV);
  gateway = await new TestGateway().start();
  gateway
    .on('POST /api/v1/batches/quote', answer(QUOTE))
    .on('POST /api/v1/batches', answer(aBatch({ queued: 2 }), 202))
    .on('GET /api/v1/batches/b-1', answer(aBatch({ completed: 2 })));
});
afterEach(async () => {
  await gateway.stop();
  await rm(folder, { recursive: true });
});

const CSV = 'key,operation,prompt\r\n../../x,text-to-video,"waves, calm"\r\n,text-to-video,wind\r\n';
const QUOTE = {
  ...{ rows: 2, videos: 2, hold_credits: 10, row_credits: [5, 5] },
  ...{ available_credits: 500, affordable: true },
};
const FILMS = { 'job-1': 'a film of waves', 'job-2': 'a film of wind' };

const shotloom = (args: readonly string[], more: Partial<Called> = {}) =>
  runCommand(['batch', ...args], { url: gateway.url, ...more });

function answer(body: unknown, status = 200): Answer {
  return (_seen, response) => sendJson(response, body, status);
}

function aBatch(counts: Partial<BatchDetail['counts']>, more: Partial<BatchDetail> = {}): BatchDetail {
  const { completed = 0, failed = 0, cancelled = 0 } = counts;
  const ended = completed + failed + cancelled === 2;
  const none = { draft: 0, queued: 0, submitted: 0, processing: 0, storing: 0 };
  return {
    ...{ id: 'b-1', name: null, status: ended ? 'ended' : 'running', rows: 2, videos: 2 },
    counts: { ...none, completed: 0, failed: 0, cancelled: 0, ...counts },
    progress_percentage: (completed + failed + cancelled) * 50,
    credits: { price: 10, held: ended ? 0 : 10, captured: 5 * completed },
    created_at: '2026-11-27T05:00:00.000Z',
    finished_at: ended ? '2026-11-27T05:10:00.000Z' : null,
    items: [
      { row: 0, key: '../../x', job_ids: ['job-1'] },
      { row: 1, key: null, job_ids: ['job-2'] },
    ],
    ...more,
  };
}

/** The job has made its film. */
function completes(id: keyof typeof FILMS): void {
  const film = FILMS[id];
  const output = {
    ...{ asset_id: 'a', url: '/v', content_type: 'video/mp4', size_bytes: film.length, width: 1280 },
    ...{ height: 720, duration_seconds: 5, fps: 24, video_codec: 'h264', label: null },
    sha256: createHash('sha256').update(film).digest('hex'),
  };
  const links = { video_url: '/v', download_url: `/d/${id}`, poster_url: null, expires_at: 'later' };
  gateway
    .on(`GET /api/v1/jobs/${id}`, answer(aJob({ id, status: 'completed', output })))
    .on(`GET /api/v1/jobs/${id}/links`, answer(links))
    .on(`GET /d/${id}`, (_seen, response) => response.end(film));
}

function fails(id: string, message: string): void {
  const error = { code: 'content_rejected' as const, message, retryable: false };
  gateway.on(`GET /api/v1/jobs/${id}`, answer(aJob({ id, status: 'failed', error })));
}

const ordered = () => gateway.asked('POST /api/v1/batches');

describe('shotloom batch FILE', () => {
  it('shows the price, orders the file as it is, and says its id', async () => {
    const { code, out: said, err } = await shotloom([csv]);
    expect({ code, said }).toEqual({ code: 0, said: 'b-1\n' });
    expect(err).toBe('2 rows, 2 videos: 10 credits of 500 available\n');
    for (const route of ['POST /api/v1/batches/quote', 'POST /api/v1/batches']) {
      const [asked] = gateway.asked(route);
      expect([asked?.headers['content-type'], asked?.body]).toEqual(['text/csv', CSV]);
    }
  });

  it('only shows the price with --quote, also one that cannot be paid', async () => {
    expect(await shotloom([csv, '--quote'])).toEqual({
      ...{ code: 0, out: '2 rows, 2 videos: 10 credits of 500 available\n', err: '' },
    });
    gateway.on('POST /api/v1/batches/quote', answer({ ...QUOTE, available_credits: 3, affordable: false }));
    const json = await shotloom([csv, '--quote', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ hold_credits: 10, affordable: false });
    expect((await shotloom([csv, '--quote'])).out).toContain('it cannot be paid now');
    expect(ordered()).toEqual([]);
  });

  it.each([
    ['rows.json', '{"rows":[]}', 'application/json'],
    ['rows.CSV', '{"is": "no JSON here"}', 'text/csv'],
    ['rows.txt', '\n {"rows":[]}', 'application/json'],
    ['rows', 'operation,prompt\n', 'text/csv'],
  ])('takes %s with %j for %s, and standard input alike', async (name, body, type) => {
    const path = join(folder, name);
    await writeFile(path, body);
    expect((await shotloom([path])).code).toBe(0);
    expect(ordered()[0]).toMatchObject({ headers: { 'content-type': type }, body });
    await shotloom(['-'], { stdin: body });
    const seen = body.includes('{') ? 'application/json' : 'text/csv';
    expect(ordered()[1]).toMatchObject({ headers: { 'content-type': seen }, body });
  });

  it('orders once where answers are lost', async () => {
    const away: Answer = (_seen, response) => sendProblem(response, 503, 'unavailable', 'Later.');
    gateway.on('POST /api/v1/batches', inTurn(away, answer(aBatch({ queued: 2 }), 202)));
    expect((await shotloom([csv])).code).toBe(0);
    expect(new Set(ordered().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(ordered()).toHaveLength(2);
  });

  it('says of each mistake in which row it is', async () => {
    const reason = 'It makes 5 or 10 s.';
    const errors = [
      { field: 'rows.3.duration', reason },
      { field: 'rows.0.\u001b[2Jx', reason: 'This field is not known here; remove it.' },
    ];
    const detail = '2 fields are not valid: rows.3.duration, rows.0.\u001b[2Jx.';
    gateway.on('POST /api/v1/batches/quote', (_seen, response) =>
      sendProblem(response, 422, 'invalid_input', detail, { errors }),
    );
    const { code, err } = await shotloom([csv]);
    expect(code).toBe(2);
    expect(err.split('\n')).toEqual([
      '2 fields are not valid: duration of row 4, row 1. [2Jx. Rows count from 1, the line of names not counted.',
      '  row 4, duration: It makes 5 or 10 s.',
      '  row 1, [2Jx: This field is not known here; remove it.',
      '',
    ]);
    expect(ordered()).toEqual([]);
  });

  it('ends with 4 where it cannot be paid, and nothing was ordered', async () => {
    gateway.on('POST /api/v1/batches', (_seen, response) =>
      sendProblem(response, 402, 'insufficient_credits', 'The batch costs 10 credits.'),
    );
    const { code, err } = await shotloom([csv, '--wait']);
    expect({ code, err }).toMatchObject({ code: 4, err: expect.stringContaining('costs 10') as string });
  });
});

describe('waiting for a batch', () => {
  it('says what changes, a line each, and what it cost', async () => {
    const states = [{ queued: 2 }, { queued: 1, processing: 1 }, { completed: 2 }];
    gateway.on('GET /api/v1/batches/b-1', inTurn(...states.map((counts) => answer(aBatch(counts)))));
    const { code, out: said, err } = await shotloom([csv, '--wait']);
    expect(code).toBe(0);
    expect(err.split('\n').slice(1, -1)).toEqual([
      'b-1: 10 credits held',
      expect.stringMatching(/^\[-{24}\] {4}0 % {2}0 of 2 completed$/),
      expect.stringMatching(/0 of 2 completed, 1 in work$/),
      expect.stringMatching(/^\[#{24}\] {2}100 % {2}2 of 2 completed$/),
    ]);
    expect(said).toBe('b-1  ended   100 %  2 of 2 completed  10 credits charged\n');
  });

  it('draws over one line on a terminal', async () => {
    const { err } = await shotloom([csv, '--wait'], { interactive: true });
    expect(err).toContain(`\r\u001b[K[${'#'.repeat(24)}]  100 %  2 of 2 completed\n`);
  });

  it('ends with 7 where some were made, with 1 where none was, and says why', async () => {
    completes('job-1');
    fails('job-2', 'The vendor refused the picture.');
    gateway.on('GET /api/v1/batches/b-1', answer(aBatch({ completed: 1, failed: 1 })));
    const some = await shotloom([csv, '--wait', '--json']);
    expect(some.code).toBe(7);
    expect(some.err).toContain('row 2, job-2: The vendor refused the picture.\n');
    expect(some.out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(some.out)).toMatchObject({
      ...{ id: 'b-1', status: 'ended' },
      results: [
        { row: 0, key: '../../x', job_id: 'job-1', status: 'completed', error: null, file: null },
        { row: 1, key: null, job_id: 'job-2', status: 'failed', file: null },
      ],
    });
    fails('job-1', 'No.');
    gateway.on('GET /api/v1/batches/b-1', answer(aBatch({ failed: 2 })));
    expect(await shotloom([csv, '--wait'])).toMatchObject({ code: 1 });
  });

  it('leaves the batch alone when it is interrupted, and says how to go on', async () => {
    const interrupted = new AbortController();
    gateway.on('GET /api/v1/batches/b-1', (_seen, response) => {
      sendJson(response, aBatch({ queued: 2 }));
      interrupted.abort(new Error('interrupted'));
    });
    const where = join(folder, "the boss's");
    const { code, err } = await shotloom([csv, '--out', where], { signal: interrupted.signal });
    expect(code).toBe(130);
    expect(err).toContain(`The batch goes on: shotloom batch show b-1 --out '${folder}/the boss'\\''s'\n`);
    expect(gateway.seen.filter(({ path }) => path.endsWith('/cancel'))).toEqual([]);
  });
});

describe('--out', () => {
  beforeEach(() => {
    completes('job-1');
    completes('job-2');
  });

  it('saves each video under its key or row, inside the folder whatever the key is', async () => {
    const { code, out: said } = await shotloom([csv, '--out', out]);
    expect(code).toBe(0);
    expect((await readdir(out)).toSorted()).toEqual(['row-2.mp4', 'x.mp4']);
    expect((await readdir(folder)).toSorted()).toEqual(['takes.csv', 'videos']);
    expect(await readFile(join(out, 'x.mp4'), 'utf8')).toBe(FILMS['job-1']);
    expect(said).toContain(`${join(out, 'row-2.mp4')}: 1280x720, 5 s`);
  });

  it('leaves what is another file, replaces it where it is told to, and knows its own again', async () => {
    await mkdir(out);
    await writeFile(join(out, 'x.mp4'), 'holidays');
    const outside = join(folder, 'outside');
    await writeFile(outside, 'precious');
    await symlink(outside, join(out, 'row-2.mp4'));
    const left = await shotloom(['show', 'b-1', '--out', out]);
    expect(left.code).toBe(2);
    expect(left.err).toMatch(/row 1 \(\.\.\/\.\.\/x\), job-1: .*x\.mp4 is there .* --overwrite replaces it/);
    expect(left.err).toMatch(/row 2, job-2: .*row-2\.mp4 is there/);
    expect(await readFile(join(out, 'x.mp4'), 'utf8')).toBe('holidays');
    expect(gateway.seen.filter(({ path }) => path.startsWith('/d/'))).toEqual([]);

    expect((await shotloom(['show', 'b-1', '--out', out, '--overwrite'])).code).toBe(0);
    expect(await readFile(join(out, 'x.mp4'), 'utf8')).toBe(FILMS['job-1']);
    expect(await readFile(join(out, 'row-2.mp4'), 'utf8')).toBe(FILMS['job-2']);
    expect(await readFile(outside, 'utf8')).toBe('precious');

    const asked = gateway.seen.length;
    const { code, out: json } = await shotloom(['show', 'b-1', '--out', out, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(json)).toMatchObject({ results: [{ file: join(out, 'x.mp4') }, { row: 1 }] });
    expect(gateway.seen.slice(asked).filter(({ path }) => path.startsWith('/d/'))).toEqual([]);
  });

  it('takes the name of nothing that came while a video was on its way', async () => {
    gateway.on('GET /d/job-1', (_seen, response) => {
      void writeFile(join(out, 'x.mp4'), 'holidays').then(() => response.end(FILMS['job-1']));
    });
    const { code, err } = await shotloom([csv, '--out', out]);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('was left') as string });
    expect(await readFile(join(out, 'x.mp4'), 'utf8')).toBe('holidays');
    expect((await readdir(out)).toSorted()).toEqual(['row-2.mp4', 'x.mp4']);
  });

  it('goes on without videos that are gone, and waits where it asks too fast', async () => {
    const gone: Answer = (_seen, response) =>
      sendProblem(response, 410, 'not_found', 'The plan kept it 30 days.');
    const slower: Answer = (_seen, response) => {
      response.setHeader('retry-after', '0');
      sendProblem(response, 429, 'rate_limited', 'Slower.');
    };
    gateway.on('GET /api/v1/jobs/job-1/links', gone);
    const job = await gatewayAnswer('/api/v1/jobs/job-2');
    gateway.on('GET /api/v1/jobs/job-2', inTurn(slower, answer(job)));
    const { code, err } = await shotloom(['show', 'b-1', '--out', out]);
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining('kept it 30 days') as string,
    });
    expect(await readdir(out)).toEqual(['row-2.mp4']);
    gateway.on('GET /api/v1/jobs/job-1', (_seen, response) =>
      sendProblem(response, 404, 'not_found', 'Deleted.'),
    );
    expect(await shotloom(['show', 'b-1', '--out', out])).toMatchObject({ code: 7 });
  });

  it('leaves nothing half where the line is cut, and says how to get the rest', async () => {
    gateway.on('GET /d/job-2', (_seen, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half');
      setImmediate(() => response.destroy());
    });
    const { code, err } = await shotloom([csv, '--out', out]);
    expect(code).not.toBe(0);
    expect(err).toContain(`What is saved stays. The others: shotloom batch show b-1 --out ${out}\n`);
    expect(await readdir(out)).toEqual(['x.mp4']);
  });

  it('orders nothing where nothing could be saved', async () => {
    for (const where of [csv, '-']) expect((await shotloom([csv, '--out', where])).code).toBe(2);
    expect(gateway.seen).toEqual([]);
  });

  async function gatewayAnswer(path: string): Promise<unknown> {
    return (await fetch(gateway.url + path)).json();
  }
});

it('lists, shows and cancels batches', async () => {
  const named = aBatch({ completed: 1, failed: 1 }, { name: 'takes\u001b[2J of Monday' });
  gateway
    .on('GET /api/v1/batches', answer({ data: [aBatch({ queued: 2 }), named], next_cursor: null }))
    .on('POST /api/v1/batches/b-1/cancel', answer({ cancelled: 1, cancelling: 1, more: false }, 202));
  expect((await shotloom(['list'])).out.split('\n')).toEqual([
    'b-1  running   0 %  0 of 2 completed  0 credits charged, 10 held',
    'b-1  ended   100 %  1 of 2 completed, 1 failed  5 credits charged  takes [2J of Monday',
    '',
  ]);
  expect((await shotloom(['list', '--json'])).out.trimEnd().split('\n')).toHaveLength(2);
  expect((await shotloom(['show', 'b-1'])).out.split('\n').slice(1)).toEqual([
    ...['  row 1 (../../x)  job-1', '  row 2  job-2', ''],
  ]);
  expect(JSON.parse((await shotloom(['show', 'b-1', '--json'])).out)).toMatchObject({ id: 'b-1', rows: 2 });
  expect(await shotloom(['cancel', 'b-1'])).toEqual({
    ...{ code: 0, out: 'b-1: 1 cancelled, 1 end as soon as their engine says so\n', err: '' },
  });
  expect(await shotloom(['show', 'b-2'])).toMatchObject({ code: 2 });
});

it.each([
  [[], 'list'],
  [['no-such.csv'], 'There is no file'],
  [['.'], 'cannot be read'],
  [['a.csv', 'b.csv'], 'one file'],
  [['a', 'b', 'c'], 'list'],
  [['show'], 'id of one batch'],
  [['cancel'], 'id of one batch'],
  [['list', 'x'], 'nothing more'],
  [['list', '--wait'], '--wait'],
  [['cancel', 'b-1', '--out', 'x'], '--out'],
  [['show', 'b-1', '--quote'], '--quote'],
  [['a.csv', '--quote', '--wait'], '--wait'],
  [['a.csv', '--overwrite'], '--overwrite needs --out'],
] as const)('refuses %j', async (args, words) => {
  expect(await shotloom(args)).toMatchObject({ code: 2, err: expect.stringContaining(words) as string });
  expect(gateway.seen).toEqual([]);
});

it('refuses what is no text, and what has no end', async () => {
  const binary = await shotloom(['-'], { stdin: Buffer.from([0x6b, 0xe4, 0xff]) });
  expect(binary).toMatchObject({ code: 2, err: expect.stringContaining('UTF-8') as string });
  const large = await shotloom(['-'], { stdin: Buffer.alloc(33 * 1024 * 1024, 'x') });
  expect(large).toMatchObject({ code: 2, err: expect.stringContaining('too large') as string });
  expect(gateway.seen).toEqual([]);
});
