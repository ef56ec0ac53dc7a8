import { Inject, Injectable } from '@nestjs/common';
import { allowInsecureRequests, discovery, type Configuration } from 'openid-client';
import { AppError } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { publicUrl, type Config } from '../../config';
import { CONFIG, LOGGER } from '../../platform/parts';
import type { IssuerConfig } from './issuer-config';

const TIMEOUT_SECONDS = 10;

export interface IssuerClient {
  readonly issuer: IssuerConfig;
  readonly configuration: Configuration;
  /** Where the issuer sends the browser back to; registered there. */
  readonly redirectUri: string;
}

/** The issuers that the operator named. Each is asked for its addresses at the first sign-in, and again only where that failed. */
@Injectable()
export class IssuerClients {
  private readonly discovered = new Map<string, Promise<Configuration>>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Throws `not_found` for a name that is not configured, `unavailable` where the issuer does not answer. */
  async get(name: string): Promise<IssuerClient> {
    const issuer = this.config.OIDC_ISSUERS.find((candidate) => candidate.name === name);
    if (!issuer) throw new AppError('not_found', `Nobody can sign in with ${name.slice(0, 40)} here.`);
    const path = name === 'google' ? 'google' : `oidc/${name}`;
    return {
      issuer,
      configuration: await this.discover(issuer),
      redirectUri: `${publicUrl(this.config)}/api/v1/auth/${path}/callback`,
    };
  }

  private async discover(issuer: IssuerConfig): Promise<Configuration> {
    const known = this.discovered.get(issuer.name);
    const asked = known ?? this.ask(issuer);
    this.discovered.set(issuer.name, asked);
    try {
      return await asked;
    } catch (error) {
      this.discovered.delete(issuer.name);
      this.logger.warn({ err: error, issuer: issuer.name }, 'an issuer cannot be asked for its addresses');
      throw new AppError('unavailable', `${issuer.title} cannot be reached now; try again in a moment.`, {
        retryable: true,
        retryAfterMs: 5_000,
        cause: error,
      });
    }
  }

  private ask({ issuer, clientId, clientSecret }: IssuerConfig): Promise<Configuration> {
    return discovery(new URL(issuer), clientId, clientSecret, undefined, {
      timeout: TIMEOUT_SECONDS,
      // The configuration takes plain addresses of this machine only.
      execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [],
    });
  }
}
