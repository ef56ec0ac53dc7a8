import { assertNever } from '@shotloom/kernel';
import { FileObjectStore } from './file/file-object-store';
import type { FileStoreConfig, ObjectStore, ObjectStoreConfig, S3StoreConfig } from './object-store';
import { S3ObjectStore } from './s3/s3-object-store';

/** Opens the store that the configuration names. Touches neither disk nor network: call `ensureBucket` or `ping` for that. */
export function openObjectStore(config: FileStoreConfig): FileObjectStore;
export function openObjectStore(config: S3StoreConfig): S3ObjectStore;
export function openObjectStore(config: ObjectStoreConfig): ObjectStore;
export function openObjectStore(config: ObjectStoreConfig): ObjectStore {
  switch (config.kind) {
    case 'file':
      return new FileObjectStore(config);
    case 's3':
      return new S3ObjectStore(config);
    default:
      return assertNever(config, 'object store kind');
  }
}
