import type { FactoryProvider } from '@nestjs/common';
import type { Clock } from '@shotloom/kernel';
import type { Logger } from '@shotloom/service-kit';
import { publicUrl, type Config } from '../config';
import { CLOCK, CONFIG, LOGGER } from '../platform/parts';
import { AccessTokens } from './access-tokens';
import { readSigningKeys } from './signing-keys';

/** Null where the operator gave no key to sign with. */
export const ACCESS_TOKENS = Symbol('access tokens');

export const accessTokensProvider: FactoryProvider<AccessTokens | null> = {
  provide: ACCESS_TOKENS,
  inject: [CONFIG, CLOCK, LOGGER],
  useFactory: (config: Config, clock: Clock, logger: Logger) => {
    if (config.AUTH_SIGNING_KEY === undefined) {
      logger.warn({}, 'AUTH_SIGNING_KEY is not set: nobody can sign in, and only API keys open the API');
      return null;
    }
    const keys = readSigningKeys(config.AUTH_SIGNING_KEY, config.AUTH_SIGNING_KEYS_OLD);
    return new AccessTokens(keys, publicUrl(config), () => clock.now());
  },
};
