import { setTimeout as delay } from 'node:timers/promises';
import { waitFor, type RunningPlatform } from '@shotloom/testing';
import { environmentOf, startReplica, type Replica as Running } from '../support/replica';
import { UNITS, type Unit } from './plan';

/** Replicas beside those of the platform: of which service, and what is different about them. */
const REPLICAS = {
  'job-orchestrator-b': { of: 'job-orchestrator', env: { SWEEP_MS: '700', PLANNER_MS: '400' } },
  'provider-kling-b': { of: 'provider-kling', env: {} },
} as const;
type Replica = keyof typeof REPLICAS;

const isReplica = (unit: Unit): unit is Replica => unit in REPLICAS;

/** Everything that can be killed by its pid, one at a time, and brought back. */
export class Units {
  private readonly replicas = new Map<Replica, Running>();
  private readonly down = new Set<Unit>();
  private queue: Promise<void> = Promise.resolve();
  readonly crashes: string[] = [];

  /** `otherBuild`: a folder with another build of the project, which the replicas are then run from. */
  constructor(
    private readonly platform: RunningPlatform,
    private readonly otherBuild: string | undefined,
  ) {}

  async startReplicas(): Promise<void> {
    for (const name of Object.keys(REPLICAS) as Replica[]) await this.startReplica(name);
  }

  /** Kills now, and brings it back after a while. Crashes follow each other, so that the suite knows what runs. */
  crash(unit: Unit, signal: NodeJS.Signals, downMs: number): Promise<void> {
    this.queue = this.queue.then(async () => {
      this.crashes.push(`${unit} ${signal}`);
      this.down.add(unit);
      await this.kill(unit, signal);
      await delay(downMs);
      await this.bringBack(unit);
    });
    return this.queue;
  }

  /** Once the last crash is over, everything must run and be ready. */
  async allUp(): Promise<void> {
    await this.queue;
    for (const unit of UNITS) if (this.down.has(unit)) await this.bringBack(unit);
    const health = Object.entries(this.platform.runtime.internalUrls);
    for (const [name, { internalUrl }] of this.replicas) health.push([name, internalUrl]);
    for (const [name, url] of health) {
      await waitFor(async () => (await fetch(`${url}/health/ready`)).ok, {
        what: `${name} to be ready`,
        timeoutMs: 60_000,
        intervalMs: 100,
      });
    }
  }

  async stop(): Promise<void> {
    await this.queue.catch(() => undefined);
    await Promise.all([...this.replicas.values()].map(({ child }) => child.stop('SIGTERM')));
  }

  private async kill(unit: Unit, signal: NodeJS.Signals): Promise<void> {
    if (!isReplica(unit)) return this.platform.kill(unit, signal);
    await this.replicas.get(unit)?.child.stop(signal, 20_000);
    this.replicas.delete(unit);
  }

  private async bringBack(unit: Unit): Promise<void> {
    // A service does not start without its servers, and a server may be the next to go: again until it is there.
    await waitFor(
      async () => {
        await (isReplica(unit) ? this.startReplica(unit) : this.platform.restart(unit));
        return true;
      },
      { what: `${unit} to be back`, timeoutMs: 120_000, intervalMs: 500 },
    );
    this.down.delete(unit);
  }

  /** The environment is that of the running one, so that both are of the same platform; only ports and a few settings differ. */
  private async startReplica(name: Replica): Promise<void> {
    const { of, env } = REPLICAS[name];
    const known = this.environments.get(of) ?? (await environmentOf(this.platform, of));
    this.environments.set(of, known);
    const { logs } = this.platform.runtime;
    const options = { service: of, name, env: { ...known, ...env }, logs, root: this.otherBuild };
    this.replicas.set(name, await startReplica(options));
  }

  private readonly environments = new Map<string, NodeJS.ProcessEnv>();
}
