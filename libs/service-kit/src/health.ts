/** A check says nothing when all is well, else throws an error whose message says what is wrong and what to do. */
export type HealthCheck = () => Promise<void>;

export interface HealthReport {
  readonly status: 'ok' | 'failing';
  readonly checks: Readonly<Record<string, string>>;
}

const CHECK_TIMEOUT_MS = 2_000;

/** What must work before a service may take work. Names are stable; they appear in `/health/ready`. */
export class HealthRegistry {
  private readonly checks = new Map<string, HealthCheck>();
  private stopping = false;

  add(name: string, check: HealthCheck): void {
    if (this.checks.has(name)) throw new Error(`Health check ${name} is registered twice.`);
    this.checks.set(name, check);
  }

  /** From now on not ready, so that no new work is routed here while running work ends. */
  beginShutdown(): void {
    this.stopping = true;
  }

  async ready(): Promise<HealthReport> {
    if (this.stopping) return { status: 'failing', checks: { shutdown: 'the service is stopping' } };
    const names = [...this.checks];
    const results = await Promise.all(
      names.map(async ([name, check]) => [name, await outcome(check)] as const),
    );
    const status = results.every(([, result]) => result === 'ok') ? 'ok' : 'failing';
    return { status, checks: Object.fromEntries(results) };
  }
}

async function outcome(check: HealthCheck): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    clearTimeout(timer);
  }
}
