import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { Bus, Subscription } from '@shotloom/bus';
import { identityRevokedV1, subjects } from '@shotloom/contracts';
import type { UnitOfWork } from '@shotloom/database';
import { newId } from '@shotloom/kernel';
import { BUS } from '../platform/parts';
import type { IdentityTables } from './schema/tables';
import type { Revoked } from './verified-cache';

/**
 * Tells every replica, and notifier with its open sockets, what may not be used any more. It is best effort and makes revocation
 * immediate; without it, what is remembered of a credential ends after a second, and sockets are asked about again.
 */
@Injectable()
export class Revocations implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly listeners: ((revoked: Revoked) => void)[] = [];
  private subscription: Subscription | undefined;

  constructor(@Inject(BUS) private readonly bus: Bus) {}

  onApplicationBootstrap(): void {
    this.subscription = this.bus.subscribe(identityRevokedV1, subjects.identityRevoked, (revoked) =>
      this.tell(revoked),
    );
  }

  onModuleDestroy(): void {
    this.subscription?.unsubscribe();
  }

  /** Called for every revocation, whichever replica it happened on. */
  onRevoked(listener: (revoked: Revoked) => void): void {
    this.listeners.push(listener);
  }

  afterCommit(work: Pick<UnitOfWork<IdentityTables>, 'afterCommit'>, revoked: Revoked): void {
    const { sessionIds = [], keyIds = [], userIds = [] } = revoked;
    if (sessionIds.length + keyIds.length + userIds.length === 0) return;
    work.afterCommit(() => {
      this.tell(revoked);
      const payload = { sessionIds: [...sessionIds], keyIds: [...keyIds], userIds: [...userIds] };
      this.bus.emit(identityRevokedV1, payload, {
        subject: subjects.identityRevoked,
        correlationId: newId(),
      });
    });
  }

  private tell(revoked: Revoked): void {
    for (const listener of this.listeners) listener(revoked);
  }
}
