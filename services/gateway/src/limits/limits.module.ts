import { Global, Module } from '@nestjs/common';
import { AccountLimits } from './account-limits';
import { RateLimits } from './rate/rate-limits';

/** Everywhere, since every part that spends something asks for it. */
@Global()
@Module({ providers: [AccountLimits, RateLimits], exports: [AccountLimits, RateLimits] })
export class LimitsModule {}
