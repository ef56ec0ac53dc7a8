import { Global, Module } from '@nestjs/common';
import { AccountLimits } from './account-limits';

/** Everywhere, since every part that spends something asks for it. */
@Global()
@Module({ providers: [AccountLimits], exports: [AccountLimits] })
export class LimitsModule {}
