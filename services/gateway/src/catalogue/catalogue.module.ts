import { Global, Module } from '@nestjs/common';
import { Settings } from '../platform/settings';
import { CatalogueStore } from './catalogue-store';

/** What is offered, and what admins have set: asked for everywhere. */
@Global()
@Module({ providers: [Settings, CatalogueStore], exports: [Settings, CatalogueStore] })
export class CatalogueModule {}
