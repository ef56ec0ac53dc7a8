import type { Bus, Subscription } from '@shotloom/bus';
import { endedCredentialsRpc, identityRevokedV1, subjects, verifyCredentialRpc } from '@shotloom/contracts';
import type { Logger } from '@shotloom/service-kit';
import type { CutReason } from '../metrics';
import type { Session } from '../delivery/session';
import type { HeldCredential } from './credential';

const POLICY_VIOLATION = 1008;

/** Credentials in one question. */
const AT_ONCE = 500;

/** A socket or an event stream that lives as long as its key or session. */
export interface Admitted {
  readonly credential: HeldCredential;
  readonly session: Session;
  cut(reason: CutReason, code: number, words: string): void;
}

/**
 * Ends sockets with what they were opened by. What is revoked is told over the bus and ends its sockets at once; that news can be lost, so
 * all are asked about again from time to time. An access token or a ticket has long expired then: what counts is its session or key.
 */
export class KeyCheck {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private news: Subscription | undefined;

  constructor(
    private readonly options: {
      readonly bus: Pick<Bus, 'request' | 'subscribe'>;
      readonly logger: Logger;
      readonly clients: () => readonly Admitted[];
      readonly intervalMs: number;
    },
  ) {}

  start(): void {
    this.news = this.options.bus.subscribe(identityRevokedV1, subjects.identityRevoked, (revoked) =>
      this.cutThose([...revoked.sessionIds, ...revoked.keyIds, ...revoked.userIds]),
    );
    this.timer = setInterval(() => {
      this.running ??= this.checkAll().finally(() => {
        this.running = undefined;
      });
    }, this.options.intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.news?.unsubscribe();
    await this.running;
  }

  private async checkAll(): Promise<void> {
    for (const [value, clients] of this.clientsByKey()) {
      if (await this.isValid(value, clients)) continue;
      for (const client of clients) end(client);
    }
    await this.checkHeld();
  }

  /** Sessions, and tickets by what they were made with. */
  private async checkHeld(): Promise<void> {
    const held = this.options.clients().flatMap(({ credential: { kind, sessionId, keyId } }) => {
      if (kind === 'api_key') return [];
      return [...(sessionId === null ? [] : [{ sessionId }]), ...(keyId === null ? [] : [{ keyId }])];
    });
    for (let from = 0; from < held.length; from += AT_ONCE) {
      const some = held.slice(from, from + AT_ONCE);
      const sessionIds = [...new Set(some.flatMap((item) => ('sessionId' in item ? [item.sessionId] : [])))];
      const keyIds = [...new Set(some.flatMap((item) => ('keyId' in item ? [item.keyId] : [])))];
      try {
        const ended = await this.options.bus.request(endedCredentialsRpc, { sessionIds, keyIds });
        this.cutThose([...ended.sessionIds, ...ended.keyIds]);
      } catch (error) {
        this.options.logger.warn({ err: error }, 'the sessions of open sockets cannot be checked now');
      }
    }
  }

  private cutThose(ids: readonly string[]): void {
    const ended = new Set(ids);
    for (const client of this.options.clients()) {
      const { sessionId, keyId, userId } = client.credential;
      if ([sessionId, keyId, userId].some((id) => id !== null && ended.has(id))) end(client);
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

function end(client: Admitted): void {
  client.cut('revoked', POLICY_VIOLATION, 'The key or session is not valid any more.');
}
