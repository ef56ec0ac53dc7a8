import { addAbortSignal, type Readable } from 'node:stream';
import { AppError } from '@shotloom/kernel';
import { CopyDestinationOptions, CopySourceOptions, type Client } from 'minio';
import { checkRange } from '../byte-range';
import { contentDisposition } from '../content-disposition';
import { errorCode } from '../error-code';
import { MeteredBody } from '../metered-body';
import { checkContentType, checkExpiry, checkKey, checkPrefix, checkRemovablePrefix } from '../object-key';
import type {
  GetOptions,
  GetResult,
  ObjectRangeReader,
  ObjectStat,
  ObjectStore,
  PutOptions,
  PutResult,
  ReaderOptions,
  S3StoreConfig,
  SignGetOptions,
  SignPutOptions,
} from '../object-store';
import { openPieceReader } from '../range-reader';
import { presignPut } from './presign-put';
import { createS3Client } from './s3-client';
import { isMissingObject, translateS3Error } from './s3-errors';
import { describeObject, userMetadata } from './s3-headers';
import { uploadBody } from './s3-upload';

const DEFAULT_PART_SIZE = 8 * 1024 * 1024;
const MIN_PART_SIZE = 5 * 1024 * 1024;
const LIST_PAGE = 1000;
const REMOVE_BATCH = 500;

/** Objects in a bucket of any S3 server. */
export class S3ObjectStore implements ObjectStore {
  readonly kind = 's3';
  private readonly bucket: string;
  private readonly client: Client;
  private readonly signer: Client;
  private readonly partSize: number;

  constructor(private readonly config: S3StoreConfig) {
    this.bucket = config.bucket;
    this.partSize = config.partSizeBytes ?? DEFAULT_PART_SIZE;
    if (this.partSize < MIN_PART_SIZE) {
      throw new AppError('invalid_input', `Parts of an S3 upload have ${MIN_PART_SIZE} bytes or more.`);
    }
    this.client = createS3Client(config, config.endpoint);
    this.signer = createS3Client(config, config.publicEndpoint ?? config.endpoint);
  }

  async ensureBucket(): Promise<void> {
    await this.call('', async () => {
      if (await this.client.bucketExists(this.bucket)) return;
      try {
        await this.client.makeBucket(this.bucket);
      } catch (error) {
        // Another replica was faster.
        if (errorCode(error) !== 'BucketAlreadyOwnedByYou' && errorCode(error) !== 'BucketAlreadyExists')
          throw error;
      }
    });
  }

  async put(key: string, body: Readable, options: PutOptions): Promise<PutResult> {
    const metered = MeteredBody.forPut(key, body, options);
    const headers = putHeaders(options);
    try {
      const etag = await uploadBody(
        this.client,
        { bucket: this.bucket, key, headers, partSize: this.partSize },
        metered,
      );
      return { ...metered.result(), etag };
    } catch (error) {
      throw metered.fail(errorCode(error) === undefined ? error : translateS3Error(error, key));
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<GetResult> {
    checkKey(key);
    if (options.range !== undefined) checkRange(options.range);
    return this.call(key, async () => {
      const { range, signal } = options;
      const headers = range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` };
      const request = { method: 'GET', bucketName: this.bucket, objectName: key, headers };
      // One request for the bytes and for what describes them, so that they cannot belong to two versions.
      const response = await this.client.makeRequestAsync(request, '', [200, 206]);
      if (signal !== undefined) addAbortSignal(signal, response);
      return { body: response, ...describeObject(response.headers) };
    });
  }

  async stat(key: string): Promise<ObjectStat | undefined> {
    checkKey(key);
    try {
      const request = { method: 'HEAD', bucketName: this.bucket, objectName: key };
      const { headers } = await this.client.makeRequestAsyncOmit(request);
      const { size, contentType, etag, lastModified } = describeObject(headers);
      return { key, size, lastModified, etag, contentType, metadata: userMetadata(headers) };
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw translateS3Error(error, key);
    }
  }

  openReader(key: string, options?: ReaderOptions): Promise<ObjectRangeReader> {
    return openPieceReader(this, key, options);
  }

  async *list(prefix: string): AsyncGenerator<ObjectStat> {
    checkPrefix(prefix);
    let token = '';
    do {
      const page = await this.call(prefix, () =>
        this.client.listObjectsV2Query(this.bucket, prefix, token, '', LIST_PAGE, ''),
      );
      for (const { name, size, etag, lastModified } of page.objects) {
        if (name !== undefined) yield { key: name, size, etag, lastModified };
      }
      token = page.isTruncated ? page.nextContinuationToken : '';
    } while (token !== '');
  }

  async remove(key: string): Promise<void> {
    checkKey(key);
    try {
      await this.client.removeObject(this.bucket, key);
    } catch (error) {
      if (!isMissingObject(error)) throw translateS3Error(error, key);
    }
  }

  async removePrefix(prefix: string): Promise<number> {
    checkRemovablePrefix(prefix);
    const keys: string[] = [];
    for await (const { key } of this.list(prefix)) keys.push(key);
    for (let at = 0; at < keys.length; at += REMOVE_BATCH) {
      const batch = keys.slice(at, at + REMOVE_BATCH);
      const failed = await this.call(prefix, () => this.client.removeObjects(this.bucket, batch));
      const problem = failed.find((answer) => answer?.Error !== undefined);
      if (problem !== undefined)
        throw new AppError('unavailable', `Not all of "${prefix}" was removed.`, { retryable: true });
    }
    return keys.length;
  }

  async copy(from: string, to: string): Promise<void> {
    checkKey(from);
    checkKey(to);
    const source = new CopySourceOptions({ Bucket: this.bucket, Object: from });
    const target = new CopyDestinationOptions({ Bucket: this.bucket, Object: to });
    await this.call(from, () => this.client.copyObject(source, target));
  }

  async signGet(key: string, options: SignGetOptions): Promise<string> {
    checkKey(key);
    checkExpiry(options.expiresInSeconds);
    const { contentType, downloadName } = options;
    if (contentType !== undefined) checkContentType(contentType);
    const overrides = {
      ...(contentType === undefined ? {} : { 'response-content-type': contentType }),
      ...(downloadName === undefined
        ? {}
        : { 'response-content-disposition': contentDisposition(downloadName) }),
    };
    return this.call(key, () =>
      this.signer.presignedUrl('GET', this.bucket, key, options.expiresInSeconds, overrides),
    );
  }

  async signPut(key: string, options: SignPutOptions): Promise<string> {
    checkKey(key);
    checkContentType(options.contentType);
    checkExpiry(options.expiresInSeconds);
    const { contentType, sizeBytes, expiresInSeconds } = options;
    const headers = { 'content-length': String(sizeBytes), 'content-type': contentType };
    return Promise.resolve(presignPut(this.config, { key, headers, expiresInSeconds, at: new Date() }));
  }

  async ping(): Promise<void> {
    const exists = await this.call('', () => this.client.bucketExists(this.bucket));
    if (!exists)
      throw new AppError('unavailable', `The bucket "${this.bucket}" does not exist. Create it first.`);
  }

  private async call<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translateS3Error(error, key);
    }
  }
}

const putHeaders = ({ contentType, metadata = {} }: PutOptions): Record<string, string> => ({
  'Content-Type': contentType,
  ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
});
