import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { OnMessage, type DeliveryContext } from '@shotloom/bus/nest';
import {
  mediaDeleteConsumer,
  mediaImportConsumer,
  mediaIngestConsumer,
  mediaPosterConsumer,
  mediaRenditionsConsumer,
  type mediaImportV1,
  type mediaPosterV1,
  retentionConsumer,
  type mediaRenditionsV1,
  type PayloadOf,
  type retentionChangedV1,
} from '@shotloom/contracts';
import { noteRetention } from '../retention/note-retention';
import { STORAGE, type Storage } from '../app.tokens';
import { deleteMedia, type DeleteRequest } from '../deletion/delete-media';
import { importMedia } from '../imports/import-media';
import { ingest, type IngestRequest } from '../ingest/ingest';
import { whileOurs } from './while-ours';

/** The work of the MEDIA stream, and news of plans. Each handler may be given the same message again at any time. */
@Controller()
export class MediaController {
  constructor(@Inject(STORAGE) private readonly storage: Storage) {}

  @OnMessage(mediaIngestConsumer)
  async ingest(@Payload() request: IngestRequest, @Ctx() context: DeliveryContext): Promise<void> {
    const { signal, envelope, deliveryCount } = context;
    const [isFirst, isLast] = [deliveryCount === 1, deliveryCount >= mediaIngestConsumer.maxDeliver];
    await this.storage.quiet.busy(() =>
      whileOurs(signal, () => ingest(this.storage, request, envelope.id, { signal, isFirst, isLast })),
    );
  }

  @OnMessage(mediaImportConsumer)
  async import(
    @Payload() { uploadId }: PayloadOf<typeof mediaImportV1>,
    @Ctx() { signal, deliveryCount }: DeliveryContext,
  ): Promise<void> {
    const isLast = deliveryCount >= mediaImportConsumer.maxDeliver;
    await whileOurs(signal, () => importMedia(this.storage, uploadId, { signal, isLast }));
  }

  @OnMessage(mediaDeleteConsumer)
  async delete(@Payload() request: DeleteRequest): Promise<void> {
    await deleteMedia(this.storage, request);
  }

  @OnMessage(mediaPosterConsumer)
  async poster(
    @Payload() { assetId }: PayloadOf<typeof mediaPosterV1>,
    @Ctx() context: DeliveryContext,
  ): Promise<void> {
    const { signal } = context;
    await whileOurs(signal, () => this.storage.posters.add(assetId, signal));
  }

  @OnMessage(mediaRenditionsConsumer)
  async renditions(
    @Payload() { assetId }: PayloadOf<typeof mediaRenditionsV1>,
    @Ctx() { signal, deliveryCount }: DeliveryContext,
  ): Promise<void> {
    const isLast = deliveryCount >= mediaRenditionsConsumer.maxDeliver;
    await whileOurs(signal, () => this.storage.renditions.make(assetId, { signal, isLast }));
  }

  @OnMessage(retentionConsumer, { concurrency: 1 })
  async retention(@Payload() news: PayloadOf<typeof retentionChangedV1>): Promise<void> {
    await this.storage.database.run((tx) => noteRetention(tx, news));
  }
}
