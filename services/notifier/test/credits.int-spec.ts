import { newId } from '@shotloom/kernel';
import { EventReader, waitFor } from '@shotloom/testing';
import { TestClient } from './support/client';
import { jobState, OTHER_USER, USER } from './support/job-fixtures';
import { raiseStage, type Stage } from './support/stage';

const ACCOUNT = newId();
let stage: Stage;
const connect = (id = USER): Promise<TestClient> =>
  TestClient.connect(stage.notifier.port, id, { key: 'sl_user' });
const balances = (client: TestClient): number[] =>
  client.messages.flatMap((message) => (message.type === 'credits' ? [message.available] : []));

beforeAll(async () => {
  // Long enough that what is told here is told because of the news.
  stage = await raiseStage({ CREDITS_CHECK_INTERVAL_MS: '600000' });
}, 60_000);
afterAll(() => stage.stop());
beforeEach(() => {
  stage.peers.balances.clear();
  stage.peers.balances.set(USER, { accountId: ACCOUNT, available: 100 });
  stage.peers.balanceQuestions.length = 0;
});

it('tells sockets and streams of a user what can be spent, at first and after each change', async () => {
  const [socket, stream] = [await connect(), await EventReader.connect(stage.notifier.port, 'sl_user')];
  await Promise.all([socket.until('credits'), stream.until('credits')]);
  stage.peers.spend(USER, ACCOUNT, 95);
  await waitFor(() => balances(socket).at(-1) === 95, { what: 'the new balance' });
  await waitFor(() => stream.events.at(-1)?.data['available'] === 95, { what: 'the same on the stream' });
  expect(stream.events.at(-1)).toMatchObject({
    event: 'credits',
    data: { type: 'credits', account_id: ACCOUNT, available: 95 },
  });
  socket.socket.terminate();
  stream.close();
});

it('asks little in a burst of changes, and ends with the last sum', async () => {
  const client = await connect();
  await client.until('credits');
  const before = stage.peers.balanceQuestions.length;
  for (let left = 99; left >= 0; left -= 1) stage.peers.spend(USER, ACCOUNT, left);
  await waitFor(() => balances(client).at(-1) === 0, { what: 'the last sum' });
  expect(stage.peers.balanceQuestions.length - before).toBeLessThanOrEqual(3);
  client.socket.terminate();
});

it('tells nothing to sockets of one job, nor of another account', async () => {
  const jobId = newId();
  await stage.peers.change(jobState({ jobId }));
  const [ofJob, ofUser] = [await connect(jobId), await connect()];
  await ofUser.until('credits');
  const seen = balances(ofUser).length;
  stage.peers.spend(OTHER_USER, newId(), 7);
  stage.peers.spend(USER, ACCOUNT, 42);
  await waitFor(() => balances(ofUser).at(-1) === 42, { what: 'the own balance' });
  expect(balances(ofUser).slice(seen)).toEqual([42]);
  expect(balances(ofJob)).toEqual([]);
  for (const client of [ofJob, ofUser]) client.socket.terminate();
});

it('finds a change whose news was lost', async () => {
  const own = await raiseStage({ CREDITS_CHECK_INTERVAL_MS: '50' });
  try {
    own.peers.balances.set(USER, { accountId: ACCOUNT, available: 5 });
    const client = await TestClient.connect(own.notifier.port, USER, { key: 'sl_user' });
    await client.until('credits');
    own.peers.balances.set(USER, { accountId: ACCOUNT, available: 4 });
    await waitFor(() => balances(client).at(-1) === 4, { what: 'the balance that nobody told of' });
    client.socket.terminate();
  } finally {
    await own.stop();
  }
}, 60_000);
