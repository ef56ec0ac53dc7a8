import { Module } from '@nestjs/common';
import { GenerateModule } from '../generate/generate.module';
import { CreditNews } from './credit-news';
import { Credits } from './credits';
import { CreditsController } from './credits.controller';
import { LowBalanceAlerts } from './low-balance';
import { QuoteController } from './quote.controller';

@Module({
  imports: [GenerateModule],
  controllers: [CreditsController, QuoteController],
  providers: [CreditNews, Credits, LowBalanceAlerts],
  exports: [Credits],
})
export class CreditsModule {}
