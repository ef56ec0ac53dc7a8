import { Module } from '@nestjs/common';
import { RemoteAction } from '../audit/remote-action';
import { IdentityModule } from '../identity/identity.module';
import { CommentsController } from './comments.controller';
import { Gallery } from './gallery';
import { GalleryController } from './gallery.controller';
import { GallerySwitches } from './gallery-switches';
import { PublicNames } from './public-names';

/** The door to the gallery, which storage keeps. */
@Module({
  imports: [IdentityModule],
  controllers: [GalleryController, CommentsController],
  providers: [Gallery, GallerySwitches, PublicNames, RemoteAction],
})
export class GalleryModule {}
