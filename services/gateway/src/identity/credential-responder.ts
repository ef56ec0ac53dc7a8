import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import { verifyCredentialRpc } from '@shotloom/contracts';
import { BUS } from '../platform/parts';
import { Credentials } from './credentials';
import { Tickets } from './tickets';

/** Lets notifier and storage ask who a key or a ticket belongs to. */
@Injectable()
export class CredentialResponder implements OnApplicationBootstrap {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly credentials: Credentials,
    private readonly tickets: Tickets,
  ) {}

  onApplicationBootstrap(): void {
    this.bus.respond(verifyCredentialRpc, async ({ kind, value }) => {
      const principal =
        kind === 'api_key' ? await this.credentials.verifyApiKey(value) : await this.tickets.redeem(value);
      return { principal };
    });
  }
}
