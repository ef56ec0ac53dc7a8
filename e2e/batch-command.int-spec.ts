import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BatchDetail } from '@shotloom/contracts';
import { startGateway, type GatewayFixture, type TestUser } from '../services/gateway/test/gateway-fixture';
import { shotloom } from '../tools/cli/test/shotloom';

/** Batches of the command line at the real door: what a file says is what is ordered. */
jest.setTimeout(60_000);

const MODEL = 'animatic:animatic-1';
let gateway: GatewayFixture;
let user: TestUser;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shotloom-batch-'));
  gateway = await startGateway();
});
beforeEach(async () => {
  user = await gateway.addUser();
});
afterAll(async () => {
  await gateway.close();
  await rm(folder, { recursive: true });
});

const batch = (args: readonly string[], stdin = '', by = user) =>
  shotloom(['batch', ...args], { url: gateway.url, apiKey: by.apiKey, stdin });
const ordersOf = ({ userId }: TestUser) =>
  [...gateway.backstage.batches.kept.values()].filter(({ opened }) => opened.userId === userId);

it('orders a file of CSV as the server reads it, with its byte order mark, quotes and letters', async () => {
  const path = join(folder, 'takes.csv');
  const lines = [
    `\uFEFFkey,operation,prompt,model,variants,metadata.shot`,
    `a,text-to-video,"waves, ""calm""\nand slow",${MODEL},2,1.0`,
    `,text-to-video,灯台,${MODEL},,`,
  ];
  await writeFile(path, `${lines.join('\r\n')}\r\n`);
  const quoted = await batch([path, '--quote']);
  expect(quoted).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^2 rows, 3 videos: \d+ cr/) as string,
  });
  expect(ordersOf(user)).toEqual([]);

  const { code, out } = await batch([path, '--json']);
  expect(code).toBe(0);
  const ordered = JSON.parse(out) as BatchDetail;
  expect(ordered).toMatchObject({ rows: 2, videos: 3, items: [{ key: 'a' }, { key: null }] });
  const [kept, ...others] = ordersOf(user);
  expect(others).toEqual([]);
  expect(kept?.rows.map(({ order }) => [order.request.prompt, order.metadata])).toEqual([
    ['waves, "calm"\nand slow', { shot: '1.0' }],
    ['灯台', {}],
  ]);

  expect((await batch(['list'])).out).toContain(`${ordered.id}  running`);
  const shown = await batch(['show', ordered.id]);
  expect(shown.out).toContain(`  row 1 (a)  ${ordered.items[0]?.job_ids.join(' ')}\n`);
  expect((await batch(['cancel', ordered.id])).code).toBe(0);
});

it('orders JSON of standard input, with what a row of CSV has no place for', async () => {
  const body = { name: 'takes', rows: [{ operation: 'text-to-video', prompt: 'waves', model: MODEL }] };
  const { code, out } = await batch(['-'], `\uFEFF${JSON.stringify(body)}`);
  expect(code).toBe(0);
  expect((await batch(['show', out.trim()])).out).toContain('takes');
});

it('says in which row a mistake is, and orders nothing', async () => {
  const csv = `operation,prompt,seed\ntext-to-video,x,1\ntext-to-video,"x\ny",many\ntext-to-video,,1,more\n`;
  const tooLong = await batch(['-'], csv);
  expect(tooLong.err).toContain('  row 3: It has 4 cells, and there are 3 columns.\n');
  const mistaken = await batch(['-'], csv.replace(',more', ''));
  expect(mistaken.code).toBe(2);
  expect(mistaken.err).toContain('seed of row 2');
  expect(mistaken.err).toMatch(/^ {2}row 2, seed: .+\n {2}row 3, prompt: .+\n$/m);
  const single = await batch(['-'], JSON.stringify({ rows: [{ operation: 'text-to-video', prompt: '' }] }));
  expect(single.err).toMatch(/^One row is not valid\. Rows count from 1\.\n {2}row 1, prompt: .+\n$/);
  const model = await batch(
    ['-'],
    `operation,prompt,model\ntext-to-video,x,${MODEL}\ntext-to-video,x,no:such\n`,
  );
  expect(model.err).toMatch(/^ {2}row 2, model: .+\n$/m);
  for (const text of ['', '{"rows": [', 'operation,prompt\ntext-to-video,"x', '[]']) {
    expect(await batch(['-'], text)).toMatchObject({ code: 2, err: expect.stringMatching(/\S/) as string });
  }
  expect(ordersOf(user)).toEqual([]);
});

it('is told by the server what is too large', async () => {
  const { code, err } = await batch(
    ['-'],
    `operation,prompt\ntext-to-video,${'x'.repeat(5 * 1024 * 1024)}\n`,
  );
  expect({ code, err }).toMatchObject({
    code: 2,
    err: expect.stringMatching(/4 MiB|4194304|4,194,304/) as string,
  });
});

it("sees and cancels nothing of another's", async () => {
  const { out } = await batch(['-'], `operation,prompt,model\ntext-to-video,waves,${MODEL}\n`);
  const id = out.trim();
  const stranger = await gateway.addUser();
  for (const args of [
    ['show', id],
    ['show', id, '--wait'],
    ['cancel', id],
  ]) {
    expect(await batch(args, '', stranger)).toMatchObject({ code: 2, out: '' });
  }
  expect((await batch(['list'], '', stranger)).out).toBe('');
  const reader = await gateway.addUser(['read']);
  expect((await batch(['-'], `operation,prompt,model\ntext-to-video,waves,${MODEL}\n`, reader)).code).toBe(3);
});
