import type { ObjectStoreConfig } from '@shotloom/object-store';
import { ConfigError, type ObjectStoreEnv } from '@shotloom/service-kit';

/** The store's own configuration from the environment. */
export function toStoreConfig(env: ObjectStoreEnv): ObjectStoreConfig {
  const bucket = env.OBJECT_STORE_BUCKET;
  if (env.OBJECT_STORE_KIND === 'file') {
    return {
      kind: 'file',
      bucket,
      path: given(env, 'OBJECT_STORE_PATH'),
      publicBaseUrl: given(env, 'OBJECT_STORE_PUBLIC_URL'),
      signingSecret: given(env, 'OBJECT_STORE_SIGNING_SECRET'),
    };
  }
  return {
    kind: 's3',
    bucket,
    endpoint: given(env, 'S3_ENDPOINT'),
    accessKey: given(env, 'S3_ACCESS_KEY'),
    secretKey: given(env, 'S3_SECRET_KEY'),
    ...(env.S3_REGION === undefined ? {} : { region: env.S3_REGION }),
    ...(env.S3_PUBLIC_ENDPOINT === undefined ? {} : { publicEndpoint: env.S3_PUBLIC_ENDPOINT }),
  };
}

function given(env: ObjectStoreEnv, key: keyof ObjectStoreEnv): string {
  const value = env[key];
  if (value === undefined)
    throw new ConfigError([`${key}: is needed when OBJECT_STORE_KIND is ${env.OBJECT_STORE_KIND}`]);
  return value;
}
