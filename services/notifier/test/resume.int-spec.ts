import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { TestClient } from './support/client';
import { jobState, OTHER_USER, USER } from './support/job-fixtures';
import { raiseStage, type Stage } from './support/stage';

let stage: Stage;
/** A socket of the user's that goes on after `lastEventId`; empty on the first visit. */
const resume = (lastEventId: string, id = USER, key = 'sl_user'): Promise<TestClient> =>
  TestClient.connect(stage.notifier.port, id, { key, query: `?last_event_id=${lastEventId}` });

beforeAll(async () => {
  stage = await raiseStage();
}, 60_000);
afterAll(() => stage.stop());
beforeEach(() => {
  stage.peers.jobs.clear();
  stage.peers.linksFail = false;
});

const leave = async (client: TestClient): Promise<string> => {
  client.socket.terminate();
  await client.closed();
  return client.lastId ?? '';
};
const versions = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

it('is told the present state, and where to go on from', async () => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const client = await resume('');
  await client.until('ready');
  await stage.peers.change(jobState({ jobId, version: 2, status: 'completed' }));
  await client.until('job_complete');
  expect(client.types).toEqual(['connected', 'status', 'ready', 'status', 'job_complete']);
  const [, shown, , last, end] = client.messages;
  // An end is told in two messages; only the second says that it was seen.
  for (const message of [shown, last]) expect(message).not.toHaveProperty('event_id');
  expect(end).toHaveProperty('event_id', client.lastId);
  await leave(client);
});

it('says nothing of places to a socket that did not ask', async () => {
  const jobId = newId();
  const client = await TestClient.connect(stage.notifier.port, USER, { key: 'sl_user' });
  await client.until('connected');
  await stage.peers.change(jobState({ jobId }));
  await client.until('status');
  expect(client.types).toEqual(['connected', 'status']);
  expect(client.lastId).toBeUndefined();
  await leave(client);
});

it('is told exactly what it missed, in order and once, however often it goes away', async () => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const first = await resume('');
  await first.until('ready');
  let lastEventId = await leave(first);
  await stage.peers.change(jobState({ jobId: newId(), ownerUserId: OTHER_USER }));
  const publishing = (async () => {
    for (let version = 2; version <= 200; version += 1)
      await stage.peers.change(jobState({ jobId, version, status: 'processing' }));
  })();
  const seen: number[] = [];
  while (seen.at(-1) !== 200) {
    const client = await resume(lastEventId);
    await waitFor(() => client.versions.length >= 5 || client.versions.at(-1) === 200, {
      what: 'some events',
    });
    expect(client.types).not.toContain('reset');
    lastEventId = await leave(client);
    seen.push(...client.versions);
  }
  await publishing;
  expect(seen).toEqual(versions(2, 200));
});

it('is told the end that it had not heard when it left, with its link', async () => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const before = await resume('', jobId);
  await before.until('ready');
  const lastEventId = await leave(before);
  await stage.peers.change(jobState({ jobId, version: 2, status: 'completed' }));
  const after = await resume(lastEventId, jobId);
  await after.until('job_complete');
  expect(after.types).toEqual(['connected', 'status', 'job_complete']);
  // Nothing is left to tell now.
  const again = await resume(after.lastId ?? '', jobId);
  await again.until('connected');
  await stage.peers.change(jobState({ jobId: newId() }));
  expect(again.types).toEqual(['connected']);
  await Promise.all([leave(after), leave(again)]);
});

it.each(['17-4', 'nonsense', '99999999999999-1'])('is told to begin anew after %s', async (lastEventId) => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const client = await resume(lastEventId);
  await client.until('ready');
  expect(client.types).toEqual(['connected', 'reset', 'status', 'ready']);
  expect(client.messages[1]).toMatchObject({ reason: expect.stringMatching(/\.$/) as string });
  await leave(client);
});

it('cannot read another user’s past with a place of one’s own', async () => {
  const mine = await resume('');
  await mine.until('ready');
  const place = await leave(mine);
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const refused = await TestClient.refused(stage.notifier.port, jobId, {
    key: 'sl_other',
    query: `?last_event_id=${place}`,
  });
  expect(refused.status).toBe(404);
});
