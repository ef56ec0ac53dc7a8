import {
  balanceRpc,
  credentialChangedRpc,
  credentialSpendRpc,
  credentialUseRpc,
  listProvidersRpc,
  listUncertainRpc,
  pauseProviderRpc,
  resolveUncertainRpc,
  setProviderLimitsRpc,
  spendRpc,
  testConnectionRpc,
  type ProviderNow,
  type RpcRequest,
} from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { Backstage } from './backstage';

/** The part of job-orchestrator, and of Kling's workers, that operators steer: answers by the contracts and keeps what it was told. */
export class EngineRoom {
  readonly changes: RpcRequest<typeof credentialChangedRpc>[] = [];
  readonly tested: unknown[] = [];
  readonly paused = new Map<string, string | null>();
  /** Micro-dollars of the day by credential. */
  readonly spent = new Map<string, number>();
  refusesToResolve = false;
  /** Versions of keys that attempts under way need. */
  inUse: RpcRequest<typeof credentialUseRpc>['credentials'] = [];

  constructor({ bus }: Backstage) {
    bus.respond(credentialChangedRpc, async (change) => {
      this.changes.push(change);
      return { noted: true as const };
    });
    bus.respond(listProvidersRpc, async () => ({
      providers: ['animatic', 'kling'].map((id) => this.provider(id)),
    }));
    bus.respond(pauseProviderRpc, async ({ provider, reason }) => {
      this.paused.set(provider, reason);
      return { paused: reason !== null };
    });
    bus.respond(setProviderLimitsRpc, async ({ limits }) => ({
      limits: {
        ...NO_LIMITS,
        concurrency: limits.concurrency ?? null,
        createsPerMinute: limits.createsPerMinute ?? null,
        models: {},
      },
    }));
    bus.respond(spendRpc, async ({ by }) => ({
      rows: [...this.spent].map(([id, micros]) => ({
        ...{ key: by === 'credential' ? id : by, micros, attempts: 2, delivered: 1 },
      })),
    }));
    bus.respond(credentialSpendRpc, async ({ credentialIds }) => ({
      day: '2026-11-27',
      credentials: credentialIds.map((credentialId) => {
        const micros = this.spent.get(credentialId) ?? 0;
        return { credentialId, dayMicros: micros, monthMicros: micros, pause: null };
      }),
    }));
    bus.respond(credentialUseRpc, async () => ({ used: this.inUse }));
    bus.respond(listUncertainRpc, async () => ({ attempts: [], more: false }));
    bus.respond(resolveUncertainRpc, async () => {
      if (this.refusesToResolve) throw new AppError('conflict', 'The attempt is stored, not uncertain.');
      return { jobId: 'job-1' };
    });
    bus.respond(testConnectionRpc('kling'), async (ref) => {
      this.tested.push(ref);
      return { ok: true, checks: [{ what: 'Asked', ok: true, detail: 'It answered.' }], error: null };
    });
    bus.respond(balanceRpc('kling'), async () => ({
      balance: {
        lines: [
          {
            name: 'Pack',
            remaining: '12.5',
            total: '100',
            unit: 'kling_unit',
            usable: true,
            expiresAt: null,
          },
        ],
        note: null,
      },
      error: null,
    }));
  }

  private provider(provider: string): ProviderNow {
    const facts = {
      waiting: 3,
      oldestWaitingSeconds: 12.4,
      inFlight: 2,
      errorRate: 0.25,
      waitingReason: null,
    };
    const pausedReason = this.paused.get(provider) ?? null;
    return { provider, ...facts, pausedReason, limits: { ...NO_LIMITS, models: {} }, breakers: [] };
  }
}

const NO_LIMITS = {
  concurrency: null,
  userConcurrency: null,
  requestsPerMinute: null,
  requestsBurst: null,
  createsPerMinute: null,
};
