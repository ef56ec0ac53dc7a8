import { Readable } from 'node:stream';
import { DataStore, Upload } from '@tus/server';
import type { Bus } from '@shotloom/bus';
import { appendUploadRpc, UPLOAD_CONTENT_TYPES, type OpenUpload, type Principal } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger } from '@shotloom/service-kit';
import { notFound, pathId } from '../../http/path-id';
import type { UploadSessions } from '../upload-sessions';
import { Pieces } from './pieces';

/** What is lost at most where this process is killed. Bytes. */
const PIECE_BYTES = 8 * 1024 * 1024;

export interface DataStoreParts {
  readonly bus: Bus;
  readonly store: ObjectStore;
  readonly sessions: UploadSessions;
  readonly logger: Logger;
}

/**
 * Resumable uploads of one caller. Bytes flow into objects of some MiB, one after the other; storage keeps in Postgres how far an upload
 * is, so that any replica can go on with it. Every step names the caller: another's upload is not there.
 */
export class ObjectDataStore extends DataStore {
  constructor(
    private readonly parts: DataStoreParts,
    private readonly principal: Principal,
  ) {
    super();
    this.extensions = ['creation', 'termination'];
  }

  override async create(upload: Upload): Promise<Upload> {
    await this.parts.sessions.open(toOpenUpload(upload), this.principal, 'resumable', upload.id);
    return upload;
  }

  override async getUpload(id: string): Promise<Upload> {
    const upload = await this.parts.sessions.get(pathId('upload', id), this.principal);
    const goesOn = upload.state === 'open' || upload.state === 'completed';
    if (upload.way !== 'resumable' || !goesOn) throw notFound('upload', id);
    return new Upload({
      id,
      size: upload.sizeBytes ?? 0,
      offset: upload.receivedBytes,
      creation_date: upload.createdAt,
    });
  }

  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const pieces = new Pieces(body as AsyncIterable<Buffer>, PIECE_BYTES);
    let at = offset;
    for (let piece = await pieces.next(); piece !== null; piece = await pieces.next()) {
      at = await this.append(id, at, piece);
    }
    return at;
  }

  override async remove(id: string): Promise<void> {
    await this.parts.sessions.delete(pathId('upload', id), this.principal);
  }

  /** The object first, then the row that says it is there: what a crash leaves between the two goes with the upload. */
  private async append(uploadId: string, fromByte: number, piece: AsyncIterable<Buffer>): Promise<number> {
    const { store, bus } = this.parts;
    const objectKey = `incoming/${uploadId}/${fromByte}-${newId()}`;
    const body = Readable.from(piece, { objectMode: false });
    const { size: sizeBytes } = await store.put(objectKey, body, { contentType: 'application/octet-stream' });
    const { userId } = this.principal;
    try {
      const part = { uploadId, userId, fromByte, sizeBytes, objectKey };
      return (await bus.request(appendUploadRpc, part, { correlationId: uploadId })).receivedBytes;
    } catch (error) {
      // Where nobody knows whether it counts it must stay; the client asks where to go on.
      if (AppError.from(error).outcome === 'refused') await this.removeQuietly(objectKey);
      throw error;
    }
  }

  private async removeQuietly(objectKey: string): Promise<void> {
    try {
      await this.parts.store.remove(objectKey);
    } catch (error) {
      this.parts.logger.warn({ err: error, objectKey }, 'a part that came too late could not be removed yet');
    }
  }
}

/** As clients of tus say it; what they say of the type is checked by content in the end. Throws `invalid_input`. */
function toOpenUpload({ size, metadata }: Upload): OpenUpload {
  if (size === undefined || size < 1) {
    throw new AppError(
      'invalid_input',
      'An upload has at least one byte, and says how many in Upload-Length.',
    );
  }
  const { filename, filetype, sha256 } = metadata ?? {};
  if (sha256 && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError('invalid_input', 'Give sha256 as 64 small hexadecimal digits in Upload-Metadata.');
  }
  return {
    content_type: UPLOAD_CONTENT_TYPES.find((type) => type === filetype) ?? 'video/mp4',
    size_bytes: size,
    ...(filename ? { file_name: filename.slice(0, 1_000) } : {}),
    ...(sha256 ? { sha256 } : {}),
  };
}
