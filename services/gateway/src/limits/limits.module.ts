import { Global, Module } from '@nestjs/common';
import { AccountLimits } from './account-limits';
import { RetentionResponder } from './retention-responder';
import { RateLimits } from './rate/rate-limits';

/** Everywhere, since every part that spends something asks for it. */
@Global()
@Module({ providers: [AccountLimits, RateLimits, RetentionResponder], exports: [AccountLimits, RateLimits] })
export class LimitsModule {}
