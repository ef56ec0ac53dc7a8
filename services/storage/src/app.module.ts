import { Module, type DynamicModule } from '@nestjs/common';
import { STORAGE, type Storage } from './app.tokens';
import { AssetsController } from './assets/assets.controller';
import { GalleryController } from './gallery/gallery.controller';
import { MediaController } from './messages/media.controller';
import { SharingController } from './sharing/sharing.controller';
import { UploadsController } from './uploads/uploads.controller';

@Module({})
export class AppModule {
  static with(storage: Storage): DynamicModule {
    return {
      module: AppModule,
      controllers: [
        AssetsController,
        GalleryController,
        MediaController,
        SharingController,
        UploadsController,
      ],
      providers: [{ provide: STORAGE, useValue: storage }],
    };
  }
}
