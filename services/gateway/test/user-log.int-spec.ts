import { newId } from '@shotloom/kernel';
import type { JobLogEntry } from '@shotloom/contracts';
import { readEvents, type ReadEvent } from './event-reader';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;
let jobId: string;
let seq = 0;

beforeAll(async () => {
  gateway = await startGateway();
});
beforeEach(async () => {
  user = await gateway.addUser();
  jobId = await job(user);
});
afterAll(() => gateway.close());

async function job(by: TestUser): Promise<string> {
  const json = { prompt: 'a lighthouse', model: 'animatic:animatic-1' };
  return String((await call(gateway, '/api/v1/generate/text-to-video', by, { json })).body['id']);
}

function line(id: string, level: JobLogEntry['level'], text: string): void {
  seq += 1;
  const entry: JobLogEntry = {
    ...{ jobId: id, seq, level, text, at: new Date().toISOString() },
    ...{ attemptId: null, attempt: null, provider: 'animatic', vendorTaskId: 'task-1' },
  };
  gateway.backstage.logs.set(id, [...(gateway.backstage.logs.get(id) ?? []), entry]);
}

const ask = (query = '', by = user): Promise<Answer> => call(gateway, `/api/v1/log${query}`, by);
const textsOf = (answer: Answer): string[] =>
  (answer.body['data'] as { text: string }[]).map(({ text }) => text);
const follow = (query = '', headers: Readonly<Record<string, string>> = {}) => {
  const end = new AbortController();
  const events = readEvents(
    `${gateway.url}/api/v1/log${query}`,
    { authorization: `Bearer ${user.apiKey}`, accept: 'text/event-stream', ...headers },
    end.signal,
  );
  return { events, end: () => end.abort() };
};

describe('GET /api/v1/log', () => {
  it('shows what happened to the caller’s jobs, newest first and page by page', async () => {
    const other = await job(user);
    line(jobId, 'INFO', 'one');
    line(other, 'ERROR', 'two');
    const stranger = await gateway.addUser();
    line(await job(stranger), 'INFO', 'not yours');
    const first = await ask('?limit=1');
    expect(first.body['data']).toMatchObject([
      { text: 'two', job_id: other, level: 'ERROR', vendor_task_id: 'task-1', shot: null },
    ]);
    const second = await ask(`?limit=1&cursor=${String(first.body['next_cursor'])}`);
    expect([textsOf(second), second.body['next_cursor']]).toEqual([['one'], null]);
    expect(textsOf(await ask('?level=ERROR,WARN'))).toEqual(['two']);
    expect(textsOf(await ask('', stranger))).toEqual(['not yours']);
  });

  it('asks for exactly what is filtered by', async () => {
    const since = '2026-11-27T00:00:00.000Z';
    await ask(`?level=WARN&provider=kling&since=${since}&limit=7`);
    expect(gateway.backstage.logsAsked.at(-1)).toEqual({
      ...{ userId: user.userId, limit: 7, levels: ['WARN'], provider: 'kling', since },
    });
  });

  it.each([
    ['?level=LOUD', 'level.0'],
    ['?since=yesterday', 'since'],
    ['?limit=501', 'limit'],
    ['?project=mine', 'project'],
    ['?user_id=somebody', 'user_id'],
  ])('refuses %s, and names the field', async (query, field) => {
    expect((await ask(query)).body).toMatchObject(problem(422, 'invalid_input', [field]));
  });

  it('says that there are no projects yet', async () => {
    expect((await ask(`?project=${newId()}`)).body).toMatchObject(problem(503, 'provider_unavailable'));
  });
});

describe('following the log', () => {
  it('tells the last lines, then what comes, and after a cut exactly what was missed', async () => {
    line(jobId, 'INFO', 'one');
    line(jobId, 'INFO', 'two');
    const { events, end } = follow();
    const seen: ReadEvent[] = [];
    for await (const event of events) {
      seen.push(event);
      if (seen.length === 2) line(jobId, 'WARN', 'three');
      if (seen.length === 3) break;
    }
    end();
    expect(seen.map(({ event, data }) => [event, (data as { text: string }).text])).toEqual([
      ['line', 'one'],
      ['line', 'two'],
      ['line', 'three'],
    ]);
    expect(gateway.backstage.logsAsked.at(-1)).toMatchObject({ userId: user.userId, settled: true });
    line(jobId, 'INFO', 'four');
    const again = follow('', { 'last-event-id': seen[1]?.id ?? '' });
    const missed: string[] = [];
    for await (const { data } of again.events) {
      missed.push((data as { text: string }).text);
      if (missed.length === 2) break;
    }
    again.end();
    expect(missed).toEqual(['three', 'four']);
  });

  it('tells a stranger nothing, and holds no stream without a key', async () => {
    line(jobId, 'INFO', 'one');
    const headers = { accept: 'text/event-stream' };
    expect((await call(gateway, '/api/v1/log', null, { headers })).status).toBe(401);
    user = await gateway.addUser();
    line(await job(user), 'INFO', 'mine');
    const { events, end } = follow();
    for await (const { data } of events) {
      expect((data as { text: string }).text).toBe('mine');
      break;
    }
    end();
  });

  it('is open only so many times at once', async () => {
    line(jobId, 'INFO', 'one');
    const streams = Array.from({ length: 6 }, () => follow());
    for (const { events } of streams) await events.next();
    const headers = { accept: 'text/event-stream' };
    const refused = await call(gateway, '/api/v1/log', user, { headers });
    expect(refused.body).toMatchObject(problem(429, 'rate_limited'));
    for (const { end } of streams) end();
  });
});
