import { setImmediate } from 'node:timers/promises';
import { EventEmitter } from 'node:events';
import { JOB, jobProgress, jobState, USER } from '../../test/support/job-fixtures';
import { Session } from '../delivery/session';
import type { CutReason, NotifierMetrics } from '../metrics';
import { Places } from './places';
import { SocketClient, type Wire } from './socket-client';

class FakeWire extends EventEmitter {
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closedWith: number | undefined;
  terminated = false;
  pings = 0;
  send(text: string): void {
    this.sent.push(text);
  }
  close(code: number): void {
    this.closedWith = code;
    this.emit('close');
  }
  terminate(): void {
    this.terminated = true;
    this.emit('close');
  }
  ping(): void {
    this.pings += 1;
  }
  get types(): string[] {
    return this.sent.map((text) => (JSON.parse(text) as { type: string }).type);
  }
}

function openClient(): { wire: FakeWire; session: Session; client: SocketClient; cuts: CutReason[] } {
  const [wire, session, cuts] = [
    new FakeWire(),
    new Session({ userId: USER, jobId: JOB }),
    [] as CutReason[],
  ];
  const metrics: NotifierMetrics = {
    socketOpened: () => undefined,
    socketClosed: () => undefined,
    message: () => undefined,
    streamOpened: () => undefined,
    streamClosed: () => undefined,
    event: () => undefined,
    eventDelay: () => undefined,
    cut: (reason) => cuts.push(reason),
    buffered: () => undefined,
  };
  const client = new SocketClient(wire as unknown as Wire, {
    session,
    credential: { kind: 'ticket', value: 't', userId: 'u', keyId: null, sessionId: null },
    urls: { of: () => Promise.resolve('/media/film') },
    metrics,
    maxBufferedBytes: 1_000,
    lingerMs: 60_000,
  });
  client.greet();
  client.open([jobState()]);
  return { wire, session, client, cuts };
}

describe('SocketClient', () => {
  it('greets, then tells the present state', () => {
    expect(openClient().wire.types).toEqual(['connected', 'status']);
  });

  it('tells the end once, with an address that plays, and no progress after it', async () => {
    const { wire, session } = openClient();
    session.receive({ kind: 'state', state: jobState({ version: 2, status: 'completed' }) });
    session.receive({ kind: 'progress', progress: jobProgress({ version: 2, progress: 100 }) });
    await setImmediate();
    expect(wire.types).toEqual(['connected', 'status', 'status', 'job_complete']);
    expect(wire.sent.at(-1)).toContain('/media/film');
    wire.close(1000);
  });

  it('cuts a client that does not read, and buffers nothing more for it', () => {
    const { wire, session, cuts } = openClient();
    wire.bufferedAmount = 1_001;
    session.receive({ kind: 'state', state: jobState({ version: 2 }) });
    session.receive({ kind: 'state', state: jobState({ version: 3 }) });
    expect({ code: wire.closedWith, sent: wire.sent.length, cuts }).toEqual({
      code: 1013,
      sent: 2,
      cuts: ['slow'],
    });
  });

  it('ends a client that is silent for a whole interval, but not one that answers', () => {
    const { wire, client, cuts } = openClient();
    client.beat();
    wire.emit('pong');
    client.beat();
    expect({ pings: wire.pings, terminated: wire.terminated }).toEqual({ pings: 2, terminated: false });
    client.beat();
    expect({ terminated: wire.terminated, cuts }).toEqual({ terminated: true, cuts: ['silent'] });
  });

  it('answers a ping, ignores other JSON, and refuses what is none', () => {
    const { wire } = openClient();
    wire.emit('message', Buffer.from('{"type":"ping"}'), false);
    wire.emit('message', Buffer.from('{"type":"subscribe"}'), false);
    expect(wire.types.slice(2)).toEqual(['pong']);
    wire.emit('message', Buffer.from('hello'), false);
    expect(wire.closedWith).toBe(1003);
  });

  it('refuses binary messages', () => {
    const { wire } = openClient();
    wire.emit('message', Buffer.from('{"type":"ping"}'), true);
    expect(wire.closedWith).toBe(1003);
  });
});

describe('Places', () => {
  it('gives each user so many places, and each back only once', () => {
    const places = new Places(2);
    const leave = places.take(USER);
    places.take(USER);
    expect(() => places.take(USER)).toThrow('the limit');
    leave();
    leave();
    places.take(USER);
    expect(() => places.take(USER)).toThrow();
  });
});
