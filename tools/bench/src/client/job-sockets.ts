import type { JobPlan } from './job-plan';
import { openUserSocket } from './user-socket';

const AGAIN_MS = 100;

/** What a socket tells that the client cares for. */
interface Told {
  readonly type: string;
  readonly job_id?: string;
}

/** One WebSocket a user, through the gateway as a browser would open it. */
export class JobSockets {
  private readonly open = new Set<WebSocket>();
  private closing = false;

  constructor(
    private readonly plan: JobPlan,
    private readonly onEnd: (jobId: string, completed: boolean) => void,
    private readonly onTrouble: (text: string) => void,
  ) {}

  /** Resolves when every user is connected. */
  async connect(): Promise<void> {
    await Promise.all(this.plan.users.map((user) => this.connectOne(user)));
  }

  close(): void {
    this.closing = true;
    for (const socket of this.open) socket.close();
  }

  private connectOne(user: JobPlan['users'][number]): Promise<void> {
    const socket = openUserSocket(this.plan.gatewayUrl, user);
    this.open.add(socket);
    socket.addEventListener('message', ({ data }) => this.read(String(data)));
    socket.addEventListener('close', () => this.closed(socket, user));
    // A refusal is followed by a close, which is where it is handled.
    socket.addEventListener('error', () => undefined);
    return new Promise((resolve) => socket.addEventListener('open', () => resolve()));
  }

  private read(data: string): void {
    const told = JSON.parse(data) as Told;
    if (told.job_id === undefined) return;
    if (told.type === 'job_complete') this.onEnd(told.job_id, true);
    if (told.type === 'error') this.onEnd(told.job_id, false);
  }

  private closed(socket: WebSocket, user: JobPlan['users'][number]): void {
    this.open.delete(socket);
    if (this.closing) return;
    this.onTrouble('a socket was closed');
    setTimeout(() => {
      if (!this.closing) void this.connectOne(user);
    }, AGAIN_MS);
  }
}
