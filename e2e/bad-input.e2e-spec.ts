import { readFile } from 'node:fs/promises';
import { credits, newId } from '@shotloom/kernel';
import type { Problem } from '@shotloom/contracts';
import { openDatabase } from '@shotloom/database';
import { getBalance, hold, release } from '@shotloom/ledger';
import { samplePath, silentLogger, startPlatform, type RunningPlatform } from '@shotloom/testing';
import sharp from 'sharp';
import { Api, send } from './support/api';
import { Truth } from './support/truth';

jest.setTimeout(180_000);

let platform: RunningPlatform;
let api: Api;
let truth: Truth;
let asset: string;
let before: { credits: unknown; objects: string[]; jobs: number };
beforeAll(async () => {
  platform = await startPlatform();
  api = new Api(platform.runtime);
  truth = new Truth(platform.runtime);
  asset = (await api.upload()).asset_id;
  before = await snapshot();
});
afterAll(async () => {
  await truth.close();
  await platform.stop();
});
afterEach(async () => {
  expect(await snapshot()).toEqual(before);
});

async function snapshot() {
  const { jobs } = await truth.books();
  return {
    credits: await api.json('/api/v1/credits'),
    objects: await truth.objectKeys('uploads/'),
    jobs: jobs.length,
  };
}

const PATH = '/api/v1/generate/image-to-video';
const good = (): Record<string, unknown> => ({ prompt: 'zoom in', asset_id: asset, duration: 1 });

async function expectProblem(
  response: Response,
  status: number,
  code: string,
  field?: string,
): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = (await response.json()) as Problem;
  expect({ status: response.status, code: problem.code }).toEqual({ status, code });
  expect(problem.detail.length).toBeGreaterThan(10);
  if (field !== undefined) {
    expect(problem.errors?.map((error) => error.field)).toContain(field);
    for (const error of problem.errors ?? []) expect(error.reason).toMatch(/\w+ \w+/);
  }
  return problem;
}

describe('a generate request', () => {
  const cases: [string, Record<string, unknown>, number, string, string][] = [
    ['without a prompt', { prompt: undefined }, 422, 'invalid_input', 'prompt'],
    ['with a prompt of spaces', { prompt: '   ' }, 422, 'invalid_input', 'prompt'],
    ['with 2,001 characters', { prompt: 'x'.repeat(2001) }, 422, 'invalid_input', 'prompt'],
    ['for a model that is not there', { model: 'animatic:nope' }, 422, 'invalid_input', 'model'],
    ['for a length that the model lacks', { duration: 16 }, 422, 'unsupported_by_model', 'duration'],
    ['for a ratio that does not exist', { aspect_ratio: '2:1' }, 422, 'invalid_input', 'aspect_ratio'],
    ['for a size that the model lacks', { size: '4320P' }, 422, 'unsupported_by_model', 'size'],
    ['with a field that does not exist', { promt: 'typo' }, 422, 'invalid_input', 'promt'],
    ['without a picture', { asset_id: undefined }, 422, 'invalid_input', 'file_url'],
    [
      'with a picture at a stranger’s address',
      { asset_id: undefined, file_url: 'http://169.254.169.254/x.png' },
      422,
      'invalid_input',
      'file_url',
    ],
    ['with a picture that is not there', { asset_id: newId() }, 404, 'not_found', 'asset_id'],
    ['with six variants', { variants: 6 }, 422, 'invalid_input', 'variants'],
  ];
  it.each(cases)('%s', async (_what, change, status, code, field) => {
    await expectProblem(await api.fetch(PATH, send({ ...good(), ...change })), status, code, field);
  });

  it('that is not JSON', async () => {
    const init = { method: 'POST', body: '{"prompt":', headers: { 'content-type': 'application/json' } };
    await expectProblem(await api.fetch(PATH, init), 400, 'invalid_input');
  });

  it('of 10 MB', async () => {
    await expectProblem(
      await api.fetch(PATH, send({ ...good(), prompt: 'x'.repeat(10_000_000) })),
      413,
      'payload_too_large',
    );
  });

  it('that costs more than there is', async () => {
    const giveBack = await spendAll();
    try {
      await expectProblem(
        await api.fetch(PATH, send({ ...good(), duration: 15, variants: 5 })),
        402,
        'insufficient_credits',
      );
    } finally {
      await giveBack();
    }
  });
});

/** Takes the demo account's credits away for a moment, through the ledger's own door, and gives them back. */
async function spendAll(): Promise<() => Promise<void>> {
  const database = openDatabase({
    url: platform.runtime.databaseUrl,
    applicationName: 'e2e',
    logger: silentLogger(),
  });
  const { accountId } = platform.runtime;
  const { available } = await getBalance(database.sql, accountId);
  const holdId = newId();
  await hold(database.sql, {
    holdId,
    accountId,
    amount: credits(available),
    reference: holdId,
    priceVersion: 'test',
  });
  return async () => {
    await release(database.sql, { holdId });
    await database.close();
  };
}

describe('an upload', () => {
  const upload = (content: Uint8Array | string, name: string): Promise<Response> => {
    const form = new FormData();
    form.set('file', new Blob([typeof content === 'string' ? content : new Uint8Array(content)]), name);
    return api.fetch('/api/v1/upload', { method: 'POST', body: form });
  };

  it('of a text that is named .png', async () => {
    await expectProblem(
      await upload('I am not a picture, whatever my name says.', 'a.png'),
      422,
      'media_invalid',
      'file',
    );
  });

  it('of a truncated JPEG', async () => {
    const whole = await readFile(samplePath('rocket.jpg'));
    await expectProblem(
      await upload(whole.subarray(0, whole.length / 2), 'rocket.jpg'),
      422,
      'media_invalid',
      'file',
    );
  });

  it('of a picture of 60 megapixels in a few kilobytes', async () => {
    const bomb = await sharp({ create: { width: 10_000, height: 6_000, channels: 3, background: 'black' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect(bomb.length).toBeLessThan(1_000_000);
    await expectProblem(await upload(bomb, 'bomb.png'), 422, 'media_invalid', 'file');
  });

  it('of 11 MB', async () => {
    const png = await readFile(samplePath('astronaut.png'));
    const big = Buffer.concat([png, Buffer.alloc(11 * 1024 * 1024 - png.length)]);
    await expectProblem(await upload(big, 'big.png'), 413, 'payload_too_large');
  });

  it('of nothing', async () => {
    await expectProblem(
      await api.fetch('/api/v1/upload', { method: 'POST', body: new FormData() }),
      422,
      'invalid_input',
      'file',
    );
    await expectProblem(await upload(new Uint8Array(0), 'empty.png'), 422, 'media_invalid', 'file');
  });
});

describe('a key', () => {
  it.each(['', 'sl_wrong', `sl_${newId()}_${'a'.repeat(43)}`])('%p opens nothing', async (key) => {
    const stranger = new Api(platform.runtime, key);
    for (const path of ['/api/v1/jobs', '/api/v1/me', '/api/v1/models', `/api/v1/jobs/${newId()}`]) {
      const response = await stranger.fetch(path);
      expect(response.headers.get('www-authenticate')).toContain('Bearer');
      await expectProblem(response, 401, 'unauthorized');
    }
  });

  it('is not needed for health and docs', async () => {
    const stranger = new Api(platform.runtime, '');
    for (const path of ['/api/v1/health', '/openapi.json', '/docs', '/redoc']) {
      expect([200, 302]).toContain((await stranger.fetch(path)).status);
    }
  });

  it('shows nothing of a job that is not there or has an impossible id', async () => {
    for (const id of [newId(), 'x', '..%2f..%2fetc'])
      await expectProblem(await api.fetch(`/api/v1/jobs/${id}`), 404, 'not_found');
  });
});
