import { AppError, newId } from '@shotloom/kernel';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(60_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  user = await gateway.addUser();
  gateway.backstage.batches.onAccept = () => Promise.resolve();
  gateway.backstage.batches.pieces.length = 0;
});
afterAll(() => gateway.close());

const MODEL = 'animatic:animatic-1';
const row = (more: object = {}): object => ({
  operation: 'text-to-video',
  prompt: 'waves',
  model: MODEL,
  ...more,
});
const order = (json: object, headers: Record<string, string> = {}, by = user): Promise<Answer> =>
  call(gateway, '/api/v1/batches', by, { json, headers });
const quote = (json: object): Promise<Answer> => call(gateway, '/api/v1/batches/quote', user, { json });
const orderCsv = (body: string, type = 'text/csv', path = '/api/v1/batches'): Promise<Answer> =>
  call(gateway, path, user, { method: 'POST', body, headers: { 'content-type': type } });
const keptOf = (answer: Answer) => gateway.backstage.batches.kept.get(String(answer.body['id']));

describe('POST /api/v1/batches', () => {
  it('orders all rows by one accept, with the price that was quoted for them', async () => {
    const json = {
      name: 'takes',
      rows: [row({ key: 'a' }), row({ key: 'b', variants: 2, metadata: { shot: '2' } })],
    };
    const { body: quoted } = await quote(json);
    const answer = await order(json);
    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/api/v1/batches/${String(answer.body['id'])}`);
    expect(answer.body).toMatchObject({
      ...{ name: 'takes', status: 'running', rows: 2, videos: 3, progress_percentage: 0 },
      counts: { queued: 3, completed: 0 },
      credits: { price: quoted['hold_credits'], captured: 0 },
    });
    const items = answer.body['items'] as { key: string; job_ids: string[] }[];
    expect(items.map(({ key, job_ids: ids }) => [key, ids.length])).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const [each = 0] = quoted['row_credits'] as number[];
    expect(quoted).toMatchObject({
      rows: 2,
      videos: 3,
      hold_credits: each * 3,
      row_credits: [each, each * 2],
    });
    expect(keptOf(answer)?.rows[1]?.order.metadata).toEqual({ shot: '2' });
    expect(keptOf(answer)?.accepted).toMatchObject({
      rows: 2,
      userId: user.userId,
      accountId: user.accountId,
    });
    const page = await call(gateway, '/api/v1/batches', user);
    expect(page.body['data']).toMatchObject([{ id: answer.body['id'], videos: 3 }]);
  });

  it('takes a thousand rows, in pieces that fit into messages', async () => {
    const rows = Array.from({ length: 1_000 }, (_, index) =>
      row({ prompt: 'w'.repeat(2_000), key: `${index}` }),
    );
    const answer = await order({ rows });
    expect([answer.status, answer.body['rows'], answer.body['videos']]).toEqual([202, 1_000, 1_000]);
    expect(gateway.backstage.batches.pieces.length).toBeGreaterThanOrEqual(10);
    const tooMany = await order({ rows: [...rows, row()] });
    expect(tooMany.body).toMatchObject(problem(422, 'invalid_input', ['rows']));
    const tooManyVideos = await order({ rows: rows.slice(0, 501).map((one) => ({ ...one, variants: 2 })) });
    expect(tooManyVideos.body).toMatchObject(problem(422, 'invalid_input', ['rows']));
  });

  it('names every field of every row that is wrong, and orders nothing', async () => {
    const before = gateway.backstage.batches.kept.size;
    const foreign = gateway.backstage.addAsset(await gateway.addUser());
    const wrong = await order({ rows: [row(), row({ prompt: '' }), row({ duration: 'long', extra: 1 })] });
    expect(wrong.body).toMatchObject(
      problem(422, 'invalid_input', ['rows.1.prompt', 'rows.2.duration', 'rows.2.extra']),
    );
    const unable = await order({ rows: [row({ duration: 500 }), row(), row({ model: 'no:such' })] });
    expect((unable.body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual([
      'rows.0.duration',
      'rows.2.model',
    ]);
    const picture = (source: object): object => ({ ...row(source), operation: 'image-to-video' });
    const sources = await order({
      rows: [
        picture({ asset_id: foreign.assetId }),
        picture({ asset_id: newId() }),
        picture({ file_url: 'http://169.254.169.254/latest/meta-data' }),
      ],
    });
    expect((sources.body['errors'] as { field: string }[]).map(({ field }) => field)).toEqual([
      'rows.0.asset_id',
      'rows.1.asset_id',
      'rows.2.file_url',
    ]);
    const twice = await order({ rows: [row({ key: 'a' }), row({ key: 'a' })] });
    expect(twice.body).toMatchObject(problem(422, 'invalid_input', ['rows.1.key']));
    for (const body of [
      {},
      { rows: [] },
      { rows: [{ prompt: 'x' }] },
      { rows: [row({ webhook_url: 'x' })] },
    ]) {
      expect((await order(body)).status).toBe(422);
    }
    expect(gateway.backstage.batches.kept.size).toBe(before);
  });

  it('tells only the first of thousands of mistakes', async () => {
    const { body, text } = await order({ rows: Array.from({ length: 1_000 }, () => row({ a: 1, b: 2 })) });
    expect(body['errors']).toHaveLength(100);
    expect(text.length).toBeLessThan(20_000);
  });

  it('gives the same batch for the same Idempotency-Key', async () => {
    const headers = { 'idempotency-key': newId() };
    const json = { rows: [row()] };
    const first = await order(json, headers);
    const again = await order(json, headers);
    expect(again.body).toEqual(first.body);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await order(json, headers, await gateway.addUser());
    expect(other.body['id']).not.toBe(first.body['id']);
  });

  it('looks a batch up whose answer was lost, and passes on what refused it', async () => {
    gateway.backstage.batches.onAccept = () =>
      Promise.reject(new AppError('unavailable', 'lost', { outcome: 'unknown', retryable: true }));
    expect((await order({ rows: [row()] })).status).toBe(202);
    gateway.backstage.batches.onAccept = () => Promise.reject(new AppError('rate_limited', 'Too many.'));
    expect((await order({ rows: [row()] })).body).toMatchObject(problem(429, 'rate_limited'));
  });
});

describe('a batch as CSV', () => {
  it('is the same as its rows', async () => {
    const answer = await orderCsv(
      `key,operation,prompt,model,variants\na,text-to-video,"waves, calm",${MODEL},2\n`,
    );
    expect(answer.body).toMatchObject({ rows: 1, videos: 2 });
    expect(keptOf(answer)?.rows[0]?.order.request.prompt).toBe('waves, calm');
  });

  it('is refused where it is none, and names its rows', async () => {
    expect((await orderCsv('operation,prompt\ntext-to-video,"x')).body).toMatchObject(
      problem(422, 'invalid_input', ['body']),
    );
    const { body } = await orderCsv('operation,prompt,seed\ntext-to-video,x,1\ntext-to-video,x,many\n');
    expect(body).toMatchObject(problem(422, 'invalid_input', ['rows.1.seed']));
    expect((await orderCsv('')).status).toBe(422);
  });

  it('is taken nowhere else, and nothing but CSV and JSON is taken here', async () => {
    expect((await orderCsv('a', 'text/csv', '/api/v1/generate/text-to-video')).status).toBe(415);
    expect((await orderCsv('a', 'text/plain')).status).toBe(415);
    const large = await orderCsv('x'.repeat(4 * 1024 * 1024 + 1));
    expect(large.body).toMatchObject({ ...problem(413, 'payload_too_large'), max_bytes: 4_194_304 });
  });
});

describe('a batch', () => {
  it('is shown to and cancelled by its owner alone', async () => {
    const { body } = await order({ rows: [row(), row()] });
    const path = `/api/v1/batches/${String(body['id'])}`;
    const stranger = await gateway.addUser();
    for (const by of [stranger]) {
      expect((await call(gateway, path, by)).body).toMatchObject(problem(404, 'not_found'));
      expect((await call(gateway, `${path}/cancel`, by, { method: 'POST' })).status).toBe(404);
      expect((await call(gateway, '/api/v1/batches', by)).body['data']).toEqual([]);
    }
    expect((await call(gateway, `${path}/cancel`, user, { method: 'POST' })).body).toMatchObject({
      cancelled: 2,
    });
    expect((await call(gateway, '/api/v1/batches/x', user)).status).toBe(404);
    const reader = await gateway.addUser(['read']);
    expect((await order({ rows: [row()] }, {}, reader)).status).toBe(403);
  });
});
