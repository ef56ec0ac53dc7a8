import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { identityRevokedV1, subjects } from '@shotloom/contracts';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { JOB, jobState, OTHER_USER, USER } from './support/job-fixtures';
import { TestClient } from './support/client';
import { raiseStage, type Stage } from './support/stage';

/** More than the limit of what may wait, so that one is enough. */
const WORDS = 300_000;
/** Shown from the start, at 0. */
const cutFor = (reason: string): RegExp =>
  new RegExp(`sockets_cut_total\\{[^}]*reason="${reason}"[^}]*\\} [1-9]`);
const PROBLEM = 'application/problem+json';

describe('who may open a socket, and how sockets end', () => {
  let stage: Stage;
  const refused = (id: string, options: Parameters<typeof TestClient.refused>[2]) =>
    TestClient.refused(stage.notifier.port, id, options);
  const connect = (id: string, options: Parameters<typeof TestClient.connect>[2]) =>
    TestClient.connect(stage.notifier.port, id, options);

  beforeAll(async () => {
    stage = await raiseStage({
      SOCKETS_PER_USER: '3',
      PING_INTERVAL_MS: '250',
      KEY_CHECK_INTERVAL_MS: '50',
      PUBLIC_URL: 'https://video.example',
    });
    await stage.peers.change(jobState());
  }, 60_000);
  afterAll(() => stage.stop());

  it('refuses who has no key, a wrong key or a used ticket with 401', async () => {
    const wanted = { status: 401, type: PROBLEM, code: 'unauthorized' };
    expect(await refused(USER, {})).toEqual(wanted);
    expect(await refused(USER, { key: 'sl_wrong' })).toEqual(wanted);
    expect(await refused(USER, { query: '?ticket=used' })).toEqual(wanted);
  });

  it("answers 404 for another user's id, another user's job and no job alike", async () => {
    const wanted = { status: 404, type: PROBLEM, code: 'not_found' };
    expect(await refused(USER, { key: 'sl_other' })).toEqual(wanted);
    expect(await refused(JOB, { key: 'sl_other' })).toEqual(wanted);
    expect(await refused(newId(), { key: 'sl_other' })).toEqual(wanted);
  });

  it.each(['abc', 'nothing', '0192f000-0000-7000-8000-00000000000', '%00', 'a%2Fb'])(
    'answers 404 for %s, which can be no id',
    async (id) => {
      expect(await refused(id, { key: 'sl_user' })).toMatchObject({ status: 404, code: 'not_found' });
    },
  );

  it('takes an id in upper case, and tells what happens to its job', async () => {
    const client = await connect(JOB.toUpperCase(), { key: 'sl_user' });
    await client.until('status');
    await stage.peers.change(jobState({ version: 2, status: 'processing' }));
    await client.until('status', 2);
    client.socket.terminate();
    const ofUser = await connect(USER.toUpperCase(), { key: 'sl_user' });
    await ofUser.until('status');
    ofUser.socket.terminate();
  });

  it('answers plain HTTP with a problem', async () => {
    const request = get({ port: stage.notifier.port, host: '127.0.0.1', path: '/ws/jobs/x' });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    expect([response.statusCode, response.headers['content-type']]).toEqual([404, PROBLEM]);
  });

  it('takes a key from the subprotocol and does not echo it', async () => {
    const client = await connect(USER, { protocols: ['shotloom.v1', 'shotloom.key.sl_user'] });
    expect(client.socket.protocol).toBe('shotloom.v1');
    client.socket.terminate();
  });

  it('takes a ticket once', async () => {
    stage.peers.tickets.set('t1', USER);
    const client = await connect(JOB, { query: '?ticket=t1' });
    await client.until('status');
    expect((await refused(JOB, { query: '?ticket=t1' })).status).toBe(401);
    client.socket.terminate();
  });

  it('lets a user have only so many sockets, and counts those that have gone as free', async () => {
    const clients = await Promise.all([1, 2, 3].map(() => connect(OTHER_USER, { key: 'sl_other' })));
    expect((await refused(OTHER_USER, { key: 'sl_other' })).status).toBe(429);
    clients.forEach((client) => client.socket.terminate());
    const again = await waitFor(() => connect(OTHER_USER, { key: 'sl_other' }), { what: 'a free place' });
    again.socket.terminate();
  });

  it('ends the sockets of a key that is revoked, and lets it open no other', async () => {
    stage.peers.keys.set('sl_short', USER);
    const client = await connect(USER, { key: 'sl_short' });
    await client.until('connected');
    stage.peers.keys.delete('sl_short');
    expect(await client.closed()).toBe(1008);
    expect((await refused(USER, { key: 'sl_short' })).status).toBe(401);
  });

  describe('sessions', () => {
    const page = (token: string, origin = 'https://video.example') => ({
      headers: { cookie: `a=b; __Host-shotloom-access=${token}`, origin },
    });
    const add = (token: string): string => {
      const sessionId = newId();
      stage.peers.sessions.set(token, { userId: USER, sessionId });
      return sessionId;
    };

    it('are taken as access tokens and as cookies of our own pages, and of no other page', async () => {
      add('a.jwt.1');
      for (const options of [
        { key: 'a.jwt.1' },
        { protocols: ['shotloom.v1', 'shotloom.key.a.jwt.1'] },
        page('a.jwt.1'),
        page('a.jwt.1', `http://127.0.0.1:${stage.notifier.port}`),
      ]) {
        const client = await connect(USER, options);
        await client.until('connected');
        client.socket.terminate();
      }
      for (const options of [
        page('a.jwt.1', 'https://evil.example'),
        page('a.jwt.1', 'https://video.example.evil.example'),
        page('a.jwt.1', 'null'),
        { headers: { cookie: 'shotloom-access=a.jwt.1', origin: 'https://video.example' } },
      ]) {
        expect((await refused(USER, options)).status).toBe(401);
      }
    });

    it('outlive their access token, and end their sockets at once when that is told', async () => {
      const sessionId = add('a.jwt.2');
      const other = add('a.jwt.3');
      const [told, kept] = [await connect(USER, page('a.jwt.2')), await connect(USER, page('a.jwt.3'))];
      await told.until('connected');
      stage.bus.emit(
        identityRevokedV1,
        { sessionIds: [sessionId], keyIds: [], userIds: [] },
        { subject: subjects.identityRevoked, correlationId: newId() },
      );
      expect(await told.closed()).toBe(1008);
      // The other token is not valid any more, but its session is.
      stage.peers.sessions.delete('a.jwt.3');
      stage.peers.sessions.set('a newer token', { userId: USER, sessionId: other });
      kept.socket.send('{"type":"ping"}');
      await kept.until('pong');
      stage.peers.sessions.delete('a newer token');
      expect(await kept.closed()).toBe(1008);
    });
  });

  it('answers a ping of the client, and ends one that talks nonsense or too much', async () => {
    const [polite, rude, long] = await Promise.all([1, 2, 3].map(() => connect(USER, { key: 'sl_user' })));
    polite?.socket.send('{"type":"ping"}');
    rude?.socket.send('nonsense');
    long?.socket.send(JSON.stringify({ type: 'x'.repeat(5_000) }));
    await polite?.until('pong');
    expect([await rude?.closed(), await long?.closed()]).toEqual([1003, 1009]);
    polite?.socket.terminate();
  });

  it('ends a client that has gone silent', async () => {
    const client = await connect(USER, { key: 'sl_user' });
    client.socket.pong = () => undefined;
    client.socket.pause();
    await waitFor(async () => cutFor('silent').test(await stage.metrics.metrics()), {
      what: 'the silent client to be cut',
    });
    client.socket.terminate();
  });

  it('says that it goes away when it stops', async () => {
    const client = await connect(USER, { key: 'sl_user' });
    await client.until('connected');
    await stage.notifier.stop();
    expect(await client.closed()).toBe(1001);
  });
});

describe('a client that does not read', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await raiseStage({ SOCKET_BUFFER_BYTES: '65536' });
  }, 60_000);
  afterAll(() => stage.stop());

  it('is cut, instead of being buffered for', async () => {
    const slow = await TestClient.connect(stage.notifier.port, USER, { key: 'sl_user' });
    slow.socket.pause();
    let most = 0;
    let published = 0;
    // Each look has one message more than the one before, so that the buffer is seen before the one that is too many.
    const told = async (): Promise<string | undefined> => {
      const metrics = await stage.metrics.metrics();
      const sent = Number(/socket_messages_total\{[^}]*type="error"[^}]*\} (\d+)/.exec(metrics)?.[1] ?? 0);
      return sent >= published || cutFor('slow').test(metrics) ? metrics : undefined;
    };
    await waitFor(
      async () => {
        await stage.peers.publish(failure());
        published += 1;
        const metrics = await waitFor(told, { what: 'the messages to be told' });
        most = Math.max(most, Number(/client_buffered_bytes\S* (\d+)/.exec(metrics)?.[1]));
        return cutFor('slow').test(metrics);
      },
      { what: 'the slow client to be cut', timeoutMs: 40_000, intervalMs: 1 },
    );
    // The limit, and the one message that went over it.
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(65_536 + 2 * WORDS);
    slow.socket.terminate();
  }, 60_000);
});

/** The end of some job, with as many words as fill what the kernel holds for a client that does not read. */
function failure() {
  const facts = { code: 'internal', retryable: false, chargeable: false, outcome: 'refused' } as const;
  return jobState({ jobId: newId(), status: 'failed', error: { ...facts, message: 'x'.repeat(WORDS) } });
}
