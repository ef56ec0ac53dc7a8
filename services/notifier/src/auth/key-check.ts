import type { Bus } from '@shotloom/bus';
import { verifyCredentialRpc } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { CutReason } from '../metrics';
import type { Session } from '../delivery/session';
import type { Credential } from './credential';

const POLICY_VIOLATION = 1008;

/** A socket or an event stream that lives as long as its key. */
export interface Admitted {
  readonly credential: Credential;
  readonly session: Session;
  cut(reason: CutReason, code: number, words: string): void;
}

/**
 * Asks again for the keys of open sockets, one by one, and ends the sockets of those that are not valid any more. Tickets
 * are used up when a socket opens, so there is nothing to ask for them.
 */
export class KeyCheck {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly options: {
      readonly bus: Pick<Bus, 'request'>;
      readonly logger: Logger;
      readonly clients: () => readonly Admitted[];
      readonly intervalMs: number;
    },
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.running ??= this.checkAll().finally(() => {
        this.running = undefined;
      });
    }, this.options.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async checkAll(): Promise<void> {
    for (const [value, clients] of this.clientsByKey()) {
      if (await this.isValid(value, clients)) continue;
      for (const client of clients) client.cut('revoked', POLICY_VIOLATION, 'The key is not valid any more.');
    }
  }

  private clientsByKey(): ReadonlyMap<string, readonly Admitted[]> {
    const byKey = new Map<string, Admitted[]>();
    for (const client of this.options.clients()) {
      const { kind, value } = client.credential;
      if (kind === 'api_key') byKey.set(value, [...(byKey.get(value) ?? []), client]);
    }
    return byKey;
  }

  /** An answer that does not come cuts nobody: it says nothing about the key. */
  private async isValid(value: string, [client]: readonly Admitted[]): Promise<boolean> {
    try {
      const { principal } = await this.options.bus.request(verifyCredentialRpc, { kind: 'api_key', value });
      return principal !== null && principal.userId === client?.session.scope.userId;
    } catch (error) {
      this.options.logger.warn({ err: error }, 'the keys of open sockets cannot be checked now');
      return true;
    }
  }
}
