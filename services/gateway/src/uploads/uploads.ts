import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Bus } from '@shotloom/bus';
import {
  mediaDeleteV1,
  registerUploadRpc,
  subjects,
  type AssetRecord,
  type Principal,
  type RpcRequest,
  type UploadLimits,
} from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { sniffType, SNIFF_BYTES } from '@shotloom/media-tools';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger } from '@shotloom/service-kit';
import { BUS, LOGGER, OBJECT_STORE } from '../platform/parts';
import { cleanFileName } from './file-name';
import { mediaInvalid, tooLarge, uploadType, type UploadType } from './media-type';
import { peek } from './peek';

export interface UploadedFile {
  readonly body: Readable;
  /** As the client called it. */
  readonly fileName: string | undefined;
  readonly principal: Principal;
  readonly most: UploadLimits;
  readonly requestId: string;
}

/** What a file became, and the upload that it was: where the user had the file before, the asset is an older one. */
export type TakenAsset = AssetRecord & { readonly uploadId: string };

/** Takes files in: they stream through into the object store and become assets, or leave nothing behind. */
@Injectable()
export class Uploads {
  constructor(
    @Inject(BUS) private readonly bus: Bus,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async take(file: UploadedFile): Promise<TakenAsset> {
    const { head, body } = await peek(file.body, SNIFF_BYTES);
    if (head.length === 0) throw mediaInvalid('The file is empty.');
    const type = uploadType(await sniffType(head));
    const assetId = newId();
    const key = `uploads/${assetId}/original.${type.ext}`;
    const stored = await this.store
      .put(key, body, {
        contentType: type.contentType,
        maxBytes: maxBytesOf(file.most, type),
      })
      .catch((error: unknown) => {
        throw nameFailure(error, type, maxBytesOf(file.most, type));
      });
    const { userId, accountId } = file.principal;
    const asset = await this.register(
      {
        assetId,
        userId,
        accountId,
        kind: type.kind,
        objectKey: key,
        contentType: type.contentType,
        sizeBytes: stored.size,
        sha256: stored.sha256,
        fileName: cleanFileName(file.fileName),
        limits: file.most,
      },
      file.requestId,
    );
    return { ...asset, uploadId: assetId };
  }

  /** Asking twice gives the same asset, so a lost answer is asked for once more before it is given up. */
  private async register(
    request: RpcRequest<typeof registerUploadRpc>,
    requestId: string,
  ): Promise<AssetRecord> {
    let mayBeThere = false;
    const ask = async (): Promise<AssetRecord> => {
      try {
        return (await this.bus.request(registerUploadRpc, request, { correlationId: requestId })).asset;
      } catch (error) {
        // Stays so: that the second ask is refused does not tell what became of the first.
        mayBeThere ||= AppError.from(error).outcome !== 'refused';
        throw error;
      }
    };
    try {
      return await ask().catch((error: unknown) => {
        if (AppError.from(error).outcome !== 'unknown') throw error;
        return ask();
      });
    } catch (error) {
      const failure = AppError.from(error);
      await this.undo(request, requestId, mayBeThere);
      throw failure.code === 'media_invalid' ? mediaInvalid(failure.message, failure) : failure;
    }
  }

  /** Takes an upload back that nothing needs. It is asked for once: the caller has an answer to give. */
  discard({ uploadId, objectKey, ownerUserId }: TakenAsset, requestId: string): Promise<void> {
    return this.undo({ assetId: uploadId, objectKey, userId: ownerUserId }, requestId, true);
  }

  /** Where storage may have registered it all the same, storage itself must remove it: row and object. */
  private async undo(
    {
      assetId,
      objectKey,
      userId,
    }: Pick<RpcRequest<typeof registerUploadRpc>, 'assetId' | 'objectKey' | 'userId'>,
    requestId: string,
    mayBeThere: boolean,
  ): Promise<void> {
    try {
      if (mayBeThere) {
        const removal = { ownerUserId: userId, assetId, attemptId: null, objectKeys: [objectKey] };
        await this.bus.publish(mediaDeleteV1, removal, {
          subject: subjects.mediaDelete,
          correlationId: requestId,
        });
      } else await this.store.remove(objectKey);
    } catch (error) {
      // The sweep for objects without a row finds it.
      this.logger.warn({ err: error, objectKey, requestId }, 'a refused upload could not be removed');
    }
  }
}

const maxBytesOf = (most: UploadLimits, { kind }: UploadType): number =>
  kind === 'image' ? most.imageMaxBytes : most.videoMaxBytes;

function nameFailure(error: unknown, { kind }: UploadType, maxBytes: number): AppError {
  const failure = AppError.from(error);
  if (failure.code !== 'payload_too_large') return failure;
  return tooLarge(kind === 'image' ? 'A picture' : 'A video', maxBytes);
}
