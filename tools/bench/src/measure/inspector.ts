import type { CpuProfile } from './profile';

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const SAMPLE_MICROSECONDS = 500;
const CALL_MS = 30_000;

/** Where a process that was started with `--inspect` listens, read from its log; the last, if it was started again. */
export function inspectorUrl(log: string): string {
  const urls = [...log.matchAll(/Debugger listening on (ws:\/\/127\.0\.0\.1:\S+)/g)];
  const url = urls.at(-1)?.[1];
  if (url === undefined) throw new Error('The process does not listen for an inspector.');
  return url;
}

/** Profiles another process of ours for as long as `work` takes, so that its start is not in it. */
export async function profileWhile(url: string, work: () => Promise<unknown>): Promise<CpuProfile> {
  const inspector = await Inspector.open(url);
  try {
    await inspector.call('Profiler.enable');
    await inspector.call('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
    await inspector.call('Profiler.start');
    await work();
    const { profile } = (await inspector.call('Profiler.stop')) as { readonly profile: CpuProfile };
    return profile;
  } finally {
    inspector.close();
  }
}

class Inspector {
  private next = 1;
  private readonly open = new Map<number, (reply: Reply) => void>();

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.id === undefined) return;
      this.open.get(reply.id)?.(reply);
      this.open.delete(reply.id);
    });
  }

  static open(url: string): Promise<Inspector> {
    const socket = new WebSocket(url);
    return new Promise((resolve, reject) => {
      socket.addEventListener('open', () => resolve(new Inspector(socket)));
      socket.addEventListener('error', () => reject(new Error(`No inspector answers at ${url}.`)));
    });
  }

  call(method: string, params: object = {}): Promise<unknown> {
    const id = this.next++;
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`${method} got no answer.`)), CALL_MS);
      this.open.set(id, ({ result, error }) => {
        clearTimeout(late);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result);
      });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.close();
  }
}
