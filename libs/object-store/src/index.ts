export { objectStoreConfigFromEnv } from './config-from-env';
export { createMediaHandler } from './file/media-handler';
export { FileObjectStore } from './file/file-object-store';
export { checkKey } from './object-key';
export type {
  ByteRange,
  FileStoreConfig,
  GetOptions,
  GetResult,
  ObjectRangeReader,
  ObjectStat,
  ObjectStore,
  ObjectStoreConfig,
  PutOptions,
  PutResult,
  ReaderOptions,
  S3StoreConfig,
  SignGetOptions,
  SignPutOptions,
} from './object-store';
export { openObjectStore } from './open-object-store';
export { S3ObjectStore } from './s3/s3-object-store';
