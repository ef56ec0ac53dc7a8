import { ConfigError, type ObjectStoreEnv } from '@shotloom/service-kit';
import type { ObjectStoreConfig } from './object-store';

/** The store's settings from the environment that every service shares. Throws ConfigError where one is missing. */
export function objectStoreConfigFromEnv(env: ObjectStoreEnv): ObjectStoreConfig {
  const bucket = env.OBJECT_STORE_BUCKET;
  const given = (key: Exclude<keyof ObjectStoreEnv, 'OBJECT_STORE_SYNC'>): string => {
    const value = env[key];
    if (value !== undefined) return value;
    throw new ConfigError([`${key}: is needed when OBJECT_STORE_KIND is ${env.OBJECT_STORE_KIND}`]);
  };
  if (env.OBJECT_STORE_KIND === 'file') {
    return {
      kind: 'file',
      bucket,
      path: given('OBJECT_STORE_PATH'),
      publicBaseUrl: given('OBJECT_STORE_PUBLIC_URL'),
      signingSecret: given('OBJECT_STORE_SIGNING_SECRET'),
      sync: env.OBJECT_STORE_SYNC,
    };
  }
  return {
    kind: 's3',
    bucket,
    endpoint: given('S3_ENDPOINT'),
    accessKey: given('S3_ACCESS_KEY'),
    secretKey: given('S3_SECRET_KEY'),
    ...(env.S3_REGION === undefined ? {} : { region: env.S3_REGION }),
    ...(env.S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: env.S3_PUBLIC_ENDPOINT }),
  };
}
