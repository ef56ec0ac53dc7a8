import { toJobResource } from '@shotloom/contracts';
import { call, problem, startGateway, type GatewayFixture, type TestUser } from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const make = async (prompt: string): Promise<string> => {
  const { body } = await call(gateway, '/api/v1/generate/text-to-video', user, { json: { prompt } });
  return String(body['id']);
};

it('gives all jobs as a table that no spreadsheet runs, and as a list', async () => {
  const id = await make('=HYPERLINK("http://evil.example")');
  gateway.backstage.finish(id, gateway.backstage.addVideo(user));
  const table = await call(gateway, '/api/v1/jobs/export', user);
  expect(table.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(table.headers.get('content-disposition')).toBe('attachment; filename="jobs.csv"');
  const [head, line] = table.text.split('\r\n');
  expect(head).toMatch(/^id,created_at,finished_at,status,/);
  expect(line).toContain(`"'=HYPERLINK(""http://evil.example"")"`);
  expect(line).toContain(`/api/v1/jobs/${id}/video`);
  const list = await call(gateway, '/api/v1/jobs/export?format=json&status=completed', user);
  const record = gateway.backstage.jobs.get(id);
  expect(JSON.parse(list.text)).toEqual(record ? [toJobResource(record)] : []);
  expect(gateway.backstage.listed.at(-1)).toMatchObject({ statuses: ['completed'] });
});

it('is empty for who has nothing, and refuses what is no filter', async () => {
  const stranger = await gateway.addUser();
  expect((await call(gateway, '/api/v1/jobs/export?format=json', stranger)).text).toBe('[]\n');
  expect((await call(gateway, '/api/v1/jobs/export', stranger)).text.split('\r\n')).toHaveLength(2);
  const wrong = await call(gateway, '/api/v1/jobs/export?format=xlsx&limit=5', user);
  expect(wrong.body).toMatchObject(problem(422, 'invalid_input', ['format', 'limit']));
});

it('goes on page by page to the end', async () => {
  const many = await gateway.addUser();
  const prompt = 'a lighthouse';
  const { body } = await call(gateway, '/api/v1/generate/text-to-video', many, { json: { prompt } });
  const job = gateway.backstage.jobs.get(String(body['id']));
  if (!job) throw new Error('no job');
  gateway.backstage.pages.push(
    { jobs: [job], nextCursor: 'second' },
    { jobs: [{ ...job, jobId: 'the second' }], nextCursor: null },
  );
  const { text } = await call(gateway, '/api/v1/jobs/export?format=json', many);
  expect((JSON.parse(text) as { id: string }[]).map(({ id }) => id)).toEqual([job.jobId, 'the second']);
  expect(gateway.backstage.listed.at(-1)).toMatchObject({ cursor: 'second' });
});
