export { objectStoreConfigFromEnv } from './config-from-env';
export { createMediaHandler } from './file/media-handler';
export { FileObjectStore } from './file/file-object-store';
export { checkKey } from './object-key';
export type {
  ByteRange,
  FileStoreConfig,
  GetOptions,
  GetResult,
  ObjectStat,
  ObjectStore,
  ObjectStoreConfig,
  PutOptions,
  PutResult,
  S3StoreConfig,
  SignGetOptions,
  SignPutOptions,
} from './object-store';
export { openObjectStore } from './open-object-store';
export { openRangeReader, type ObjectRangeReader } from './range-reader';
export { S3ObjectStore } from './s3/s3-object-store';
