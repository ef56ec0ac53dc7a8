import { lovartSignature, ManualClock, startLovartSimulator, type LovartSimulator } from '../src';

const [ACCESS, SECRET] = ['ak_test', 'sk_test'];
const PREFIX = '/v1/openapi';
const START = 1_800_000_000_000;
const KEY_HEX = '0123456789abcdef0123456789abcdef';

let simulator: LovartSimulator;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock(START);
  simulator = await startLovartSimulator({
    ...{ clock, queueMs: [1_000, 1_000], runMs: [9_000, 9_000], media: { scale: 0.1 } },
    accounts: [{ keys: [{ accessKey: ACCESS, secretKey: SECRET }], concurrency: 2, units: 120 }],
  });
});
afterEach(() => simulator.stop());

type Answer = { status: number; body: { code?: number; error?: string; data: Record<string, unknown> } };

/** A call as the vendor's client makes it; `wrong` headers stand in for its own. */
async function call(what: string, json?: unknown, wrong: Record<string, string> = {}): Promise<Answer> {
  const [method = '', address = ''] = what.split(' ');
  const path = `${PREFIX}${address.replace(/\?.*/, '')}`;
  const timestamp = `${Math.floor(clock.now() / 1_000)}`;
  const response = await fetch(`${simulator.url}${PREFIX}${address}`, {
    method,
    headers: {
      ...{ 'user-agent': 'Mozilla/5.0', 'x-access-key': ACCESS, 'x-timestamp': timestamp },
      'x-signature': lovartSignature(SECRET, method, path, timestamp),
      ...{ 'x-signed-method': method, 'x-signed-path': path, 'idempotency-key': KEY_HEX },
      ...wrong,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: (isJson ? JSON.parse(text) : {}) as Answer['body'] };
}

async function project(): Promise<string> {
  const { body } = await call('POST /project/save', { project_id: '', project_type: 3 });
  clock.advance(2_000);
  return `${body.data['project_id'] as string}`;
}
const chat = async (prompt: string, more: object = {}): Promise<Answer> =>
  call('POST /chat', { prompt, project_id: await project(), ...more });
const threadOf = ({ body }: Answer): string => `${body.data['thread_id'] as string}`;

it('signs as in the example of the client', () => {
  expect(lovartSignature('sk_test', 'POST', '/v1/openapi/chat', '1800000000')).toBe(
    'e522090dd3fcf5a0bdfd123db31e36255fedf64e3778852ece452c81b754572f',
  );
});

it.each<[string, Record<string, string>, number]>([
  ['another access key', { 'x-access-key': 'ak_other' }, 401],
  ['another signature', { 'x-signature': '0'.repeat(64) }, 401],
  ['no signature', { 'x-signature': '' }, 401],
  ['a time that was not signed', { 'x-timestamp': `${START / 1_000 + 1}` }, 401],
  ['a path that was not asked', { 'x-signed-path': `${PREFIX}/chat` }, 401],
  ['a program by its name', { 'user-agent': 'python-requests/2' }, 403],
  ['no idempotency key', { 'idempotency-key': '' }, 400],
])('lets nobody in with %s', async (_what, wrong, status) => {
  expect((await call('POST /mode/query', {}, wrong)).status).toBe(status);
  expect((await call('POST /mode/query', {})).body.data).toEqual({ unlimited: false });
});

it('lets nobody in with a signature of an hour ago', async () => {
  const timestamp = `${START / 1_000 - 3_600}`;
  const signature = lovartSignature(SECRET, 'POST', `${PREFIX}/mode/query`, timestamp);
  const old = { 'x-timestamp': timestamp, 'x-signature': signature };
  expect((await call('POST /mode/query', {}, old)).status).toBe(401);
});

it('makes a video once its costs are confirmed, in a project that is there', async () => {
  const { body } = await call('POST /project/save', { project_id: '' });
  const id = `${body.data['project_id'] as string}`;
  expect((await call(`GET /project/validate?project_id=${id}`)).body.data['valid']).toBe(false);
  expect((await call('POST /chat', { prompt: 'a cat', project_id: id })).status).toBe(404);
  const thread = threadOf(await chat('6 seconds, 9:16, 720p: a cat'));
  clock.advance(60_000);
  const waiting = await call(`GET /chat/result?thread_id=${thread}`);
  expect(waiting.body.data).toMatchObject({
    status: 'running',
    pending_confirmation: { estimated_cost: 60 },
  });
  expect((await call('POST /chat/confirm', { thread_id: thread })).body.code).toBe(0);
  expect((await call('POST /chat/confirm', { thread_id: thread })).status).toBe(400);
  clock.advance(10_000);
  expect((await call(`GET /chat/status?thread_id=${thread}`)).body.data).toEqual({ status: 'done' });
  const { items } = (await call(`GET /chat/result?thread_id=${thread}`)).body.data as {
    items: { artifacts?: { content: string }[] }[];
  };
  const url = items.at(-1)?.artifacts?.[0]?.content ?? '';
  expect((await fetch(url)).status).toBe(403);
  const video = await fetch(url, { headers: { referer: 'https://www.lovart.ai/' } });
  expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
  expect(simulator.accounts[0]?.units).toBe(60);
}, 30_000);

it('refuses what the account may not, and a second turn of a busy thread', async () => {
  expect(await chat('13 seconds')).toMatchObject({ status: 402, body: { code: 2012 } });
  const thread = threadOf(await chat('5 seconds'));
  expect(await chat('again', { thread_id: thread })).toMatchObject({ status: 409, body: { code: 2011 } });
  await chat('5 seconds');
  expect(await chat('5 seconds')).toMatchObject({ status: 402, body: { code: 2012 } });
  expect((await chat('5 s', { tool_config: { include_tools: ['generate_video_none'] } })).status).toBe(400);
  expect((await chat('5 s', { attachments: ['http://127.0.0.1/a.png'] })).status).toBe(400);
});

it('asks for nothing in unlimited mode, and takes nothing', async () => {
  await call('POST /mode/set', { unlimited: true });
  await chat('30 seconds');
  clock.advance(10_000);
  expect(simulator.tasks()).toMatchObject([{ status: 'succeeded', cost: '0' }]);
});
