import { waitFor } from '@shotloom/testing';

/** A request that was not answered as it should be. */
export interface FailedRequest {
  readonly what: string;
  readonly to: string;
  readonly why: string;
}

/**
 * What an ingress does in front of replicas: requests go to each in turn. One that is taken off the list gets no new ones, and may end
 * when those that it has are answered, which is what the pause before a pod's SIGTERM is for.
 */
export class Balancer {
  readonly failures: FailedRequest[] = [];
  answered = 0;
  private readonly busy = new Map<string, number>();
  private turn = 0;

  constructor(private targets: readonly string[]) {}

  add(target: string): void {
    this.targets = [...this.targets, target];
  }

  async remove(target: string): Promise<void> {
    this.targets = this.targets.filter((one) => one !== target);
    await waitFor(() => (this.busy.get(target) ?? 0) === 0, {
      what: `${target} to have answered`,
      timeoutMs: 30_000,
    });
  }

  /** The next target, for whoever makes its requests by itself. */
  next(): string {
    const target = this.targets[(this.turn += 1) % this.targets.length];
    if (target === undefined) throw new Error('No replica is on the list.');
    return target;
  }

  /** The JSON of a good answer; undefined where there was none, which is noted. */
  async request<T>(path: string, init: RequestInit): Promise<T | undefined> {
    const to = this.next();
    const failed = (why: string): undefined => {
      this.failures.push({ what: `${init.method ?? 'GET'} ${path}`, to, why });
      return undefined;
    };
    this.busy.set(to, (this.busy.get(to) ?? 0) + 1);
    try {
      const response = await fetch(new URL(path, to), { ...init, signal: AbortSignal.timeout(20_000) });
      const text = await response.text();
      if (!response.ok) return failed(`${response.status} ${text.slice(0, 200)}`);
      this.answered += 1;
      return JSON.parse(text) as T;
    } catch (error) {
      return failed(reasonOf(error));
    } finally {
      this.busy.set(to, (this.busy.get(to) ?? 1) - 1);
    }
  }
}

/** `fetch` says only that it failed, and its cause why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
