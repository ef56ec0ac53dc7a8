import type { Readable } from 'node:stream';

/** What a store knows of one object without reading it. */
export interface ObjectStat {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
  /** Opaque, without quotes; changes when the content does. Not a checksum: multipart uploads have none there. */
  readonly etag: string;
  /** Present from `stat`; a listing of S3 does not tell it. */
  readonly contentType?: string;
  /** The user metadata given to `put`, names in lower case; present from `stat`. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface PutOptions {
  readonly contentType: string;
  /** Bytes that the body must have; another length is refused with `invalid_input`. */
  readonly size?: number;
  /** Bytes that the body may have at most; more is refused with `payload_too_large`. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Names of `a-z0-9-`, values of printable ASCII, 2 KiB in all. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface PutResult {
  readonly size: number;
  /** Hex digest of the bytes that were stored, computed while they passed. */
  readonly sha256: string;
  readonly etag: string;
}

/** Byte positions as in HTTP: both ends are included. Without `end` it reaches to the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

export interface GetOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

export interface GetResult {
  /** Must be read to its end or destroyed. */
  readonly body: Readable;
  /** Bytes of the whole object, not of the range. */
  readonly size: number;
  /** First byte position in `body`. */
  readonly start: number;
  /** Last byte position in `body`, included; -1 for an empty object. */
  readonly end: number;
  readonly contentType: string;
  readonly etag: string;
  readonly lastModified: Date;
}

export interface ReaderOptions {
  readonly signal?: AbortSignal;
}

/** Random access to one object, in the shape that `@shotloom/media-tools` probes through. */
export interface ObjectRangeReader {
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` up to and without `end`, like `slice`. Throws `conflict`, retryable, where they are of a newer version. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Gives back what it holds; may be called again. */
  close(): Promise<void>;
}

export interface SignGetOptions {
  /** 1 second to 7 days, which is the limit of S3. */
  readonly expiresInSeconds: number;
  /** Makes the browser save the file under this name. */
  readonly downloadName?: string;
  /** Answered instead of the stored type. */
  readonly contentType?: string;
}

export interface SignPutOptions {
  /** 1 second to 7 days. */
  readonly expiresInSeconds: number;
  /** The sender has to say it as its `Content-Type`. */
  readonly contentType: string;
  /** Bytes of the body: S3 takes exactly that many, the file driver at most. */
  readonly sizeBytes: number;
}

/**
 * Where the bytes are. Keys are `A-Za-z0-9._/-`, at most 512 characters, relative and without `..`; another key is refused
 * with `invalid_input`. A store that cannot be reached throws `unavailable`, retryable.
 */
export interface ObjectStore {
  readonly kind: 'file' | 's3';
  /** Makes the bucket if it is missing. */
  ensureBucket(): Promise<void>;
  /**
   * Streams a body in with flat memory. The object is there whole or not at all: after a refusal, an abort (`cancelled`) or
   * a source that fails, the key has what it had before. The body is always consumed or destroyed.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<PutResult>;
  /** Opens an object. Throws `not_found`, or `invalid_input` for a range outside of it. */
  get(key: string, options?: GetOptions): Promise<GetResult>;
  stat(key: string): Promise<ObjectStat | undefined>;
  /**
   * Opens an object for reading pieces of it without downloading it all; all pieces are of the same version. Throws `not_found`. To be
   * closed.
   */
  openReader(key: string, options?: ReaderOptions): Promise<ObjectRangeReader>;
  /** Every object whose key starts with the prefix, in the order of the keys. */
  list(prefix: string): AsyncIterable<ObjectStat>;
  /** Removes an object; removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** Removes all that `list` would show; tells how many. The prefix must not be empty. */
  removePrefix(prefix: string): Promise<number>;
  /** Copies inside the store, type and metadata included. Throws `not_found`. */
  copy(from: string, to: string): Promise<void>;
  /** A URL that reads one object until it expires, by GET or (file driver) HEAD. Does not check that it exists. */
  signGet(key: string, options: SignGetOptions): Promise<string>;
  /** A URL that takes one PUT with exactly that `Content-Type` until it expires. */
  signPut(key: string, options: SignPutOptions): Promise<string>;
  /** Resolves if the store can be used now. Throws `unavailable`. */
  ping(): Promise<void>;
}

/** Objects as files below one folder, and signed URLs that the storage service answers. */
export interface FileStoreConfig {
  readonly kind: 'file';
  /** The folder that holds every bucket. */
  readonly path: string;
  readonly bucket: string;
  /** Where the media handler is reached from outside, for example `http://127.0.0.1:8080/media`. */
  readonly publicBaseUrl: string;
  /** The HMAC key of signed URLs, 16 characters or more. */
  readonly signingSecret: string;
  /**
   * Waits until the disk has every change; true unless told. Without it the end of a process loses nothing, but a loss of power
   * may take objects of the last half minute, or leave them empty.
   */
  readonly sync?: boolean;
}

/** Any S3 server. */
export interface S3StoreConfig {
  readonly kind: 's3';
  /** For example `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  readonly region?: string;
  readonly bucket: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** The address that signed URLs name, where clients reach the store by another one than we do. */
  readonly publicEndpoint?: string;
  /** Bytes of one part of an upload, which is also the memory that one `put` holds. 8 MiB unless told; 5 MiB at least. */
  readonly partSizeBytes?: number;
}

export type ObjectStoreConfig = FileStoreConfig | S3StoreConfig;
