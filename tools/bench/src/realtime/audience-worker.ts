import { Agent, request, type IncomingMessage } from 'node:http';
import { statusMessageSchema } from '@shotloom/contracts';
import { openUserSocket } from '../client/user-socket';
import { clock, type AudiencePlan, type RealtimeMessage, type Seen } from './realtime-plan';

/** Handshakes at a time: each asks the gateway who it is and the orchestrator what there is. */
const HANDSHAKES = 64;

type User = AudiencePlan['users'][number];

const tell = (message: RealtimeMessage): void => void process.send?.(message);

/** A process of its own: one client a user, on one wire; remembers when each change of a job arrived. */
class Audience {
  private readonly seen: Seen[] = [];
  /** Each has a connection of its own for as long as it lives. */
  private readonly agent = new Agent({ keepAlive: false });

  constructor(private readonly plan: AudiencePlan) {}

  async connect(): Promise<void> {
    const began = performance.now();
    const waiting = this.plan.users.values();
    const connect = (user: User): Promise<void> =>
      this.plan.wire === 'websocket' ? this.openSocket(user) : this.openStream(user);
    const some = async (): Promise<void> => {
      for (const user of waiting) await connect(user);
    };
    await Promise.all(Array.from({ length: HANDSHAKES }, some));
    tell({ type: 'ready', seconds: (performance.now() - began) / 1000 });
  }

  report(): void {
    tell({ type: 'seen', seen: this.seen });
  }

  private openSocket(user: User): Promise<void> {
    const socket = openUserSocket(this.plan.notifierUrl, user);
    socket.addEventListener('message', ({ data }) => this.read(String(data)));
    socket.addEventListener('close', ({ code }) =>
      tell({ type: 'trouble', text: `a socket was closed with ${code}` }),
    );
    // A refusal is followed by a close, which is where it is told.
    socket.addEventListener('error', () => undefined);
    return new Promise((resolve) => socket.addEventListener('open', () => resolve()));
  }

  private openStream({ apiKey }: User): Promise<void> {
    const url = new URL('/api/v1/events', this.plan.notifierUrl);
    const headers = { authorization: `Bearer ${apiKey}`, accept: 'text/event-stream' };
    return new Promise((resolve) => {
      const sent = request(url, { agent: this.agent, headers }, (response) => {
        if (response.statusCode === 200) this.readStream(response);
        else tell({ type: 'trouble', text: `a stream was refused with ${response.statusCode}` });
        resolve();
      });
      sent.on('error', ({ message }) => tell({ type: 'trouble', text: message }));
      sent.end();
    });
  }

  private readStream(response: IncomingMessage): void {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      const lines = (text + chunk).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) this.read(line.slice('data: '.length));
    });
    response.on('end', () => tell({ type: 'trouble', text: 'a stream was ended' }));
    response.on('error', ({ message }) => tell({ type: 'trouble', text: message }));
  }

  private read(data: string): void {
    const at = clock();
    const message = statusMessageSchema.safeParse(JSON.parse(data));
    if (message.success) this.seen.push({ jobId: message.data.job_id, version: message.data.version, at });
  }
}

process.once('message', (plan: AudiencePlan) => {
  const audience = new Audience(plan);
  process.on('message', () => audience.report());
  void audience.connect();
});
// Without its parent nobody would stop it.
process.on('disconnect', () => process.exit());
