import { Module, type DynamicModule } from '@nestjs/common';
import { STORAGE, type Storage } from './app.tokens';
import { AssetsController } from './assets/assets.controller';
import { MediaController } from './messages/media.controller';

@Module({})
export class AppModule {
  static with(storage: Storage): DynamicModule {
    return {
      module: AppModule,
      controllers: [AssetsController, MediaController],
      providers: [{ provide: STORAGE, useValue: storage }],
    };
  }
}
