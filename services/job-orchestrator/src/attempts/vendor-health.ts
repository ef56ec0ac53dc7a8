import type { ErrorCode } from '@shotloom/kernel';
import type { PayloadOf, attemptsSeenV1 } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { Logger } from '@shotloom/service-kit';
import { logBreakerChange, recordOutcomes, type Outcomes } from '../breaker/breakers';
import type { JobsSchema } from '../schema/tables';

type Health = Omit<Outcomes, 'provider' | 'credentialId'>;

export const WELL: Health = { outages: 0, successes: 1 };
export const OUTAGE: Health = { outages: 1, successes: 0 };

/** A vendor that refuses a job is well; one that refuses the key, or does not answer, is not. */
export function healthOfError(code: ErrorCode): Health {
  switch (code) {
    case 'provider_auth_failed':
    case 'provider_quota_exhausted':
      return { outages: 0, successes: 0, refusal: code };
    case 'provider_unavailable':
    case 'provider_timeout':
      return { ...OUTAGE, outageCode: code };
    case 'internal':
    case 'unavailable':
      // Ours, not the vendor's.
      return { outages: 0, successes: 0 };
    default:
      return WELL;
  }
}

/** Of a message of looks: one call was made, so it counts once. */
export function healthOfSeen({ answers }: PayloadOf<typeof attemptsSeenV1>): Health {
  const failed = answers.find(({ outcome }) => outcome.kind === 'unavailable');
  return failed?.outcome.kind === 'unavailable' ? healthOfError(failed.outcome.error.code) : WELL;
}

/** How long calls are gathered before the breaker is told. Milliseconds. */
const GATHER_MS = 200;

/**
 * Tells the breakers how calls went, gathered by key and outside of the jobs' transactions. What is lost with this process the next
 * calls tell again.
 */
export class VendorHealth {
  private readonly gathered = new Map<string, Outcomes>();
  private timer: NodeJS.Timeout | undefined;
  private telling: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database<JobsSchema>,
    private readonly logger: Logger,
  ) {}

  /** A call under a key went so. */
  note(provider: string, credentialId: string | null, health: Health): void {
    if (credentialId === null) return;
    const key = `${provider} ${credentialId}`;
    const before = this.gathered.get(key) ?? { provider, credentialId, outages: 0, successes: 0 };
    this.gathered.set(key, {
      ...before,
      ...health,
      outages: before.outages + health.outages,
      successes: before.successes + health.successes,
    });
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.telling = this.telling.then(() => this.tell());
    }, GATHER_MS);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    await this.telling;
    await this.tell();
  }

  private async tell(): Promise<void> {
    const all = [...this.gathered.values()];
    this.gathered.clear();
    for (const outcomes of all) {
      try {
        const change = await this.database.run((tx) => recordOutcomes(tx.sql, outcomes));
        if (change) logBreakerChange(this.logger, change);
      } catch (error) {
        const { provider, credentialId } = outcomes;
        this.logger.warn({ err: error, provider, credentialId }, "a vendor's health could not be recorded");
      }
    }
  }
}
