import { createHash, createHmac } from 'node:crypto';
import type { S3StoreConfig } from '../object-store';

export interface PresignedPut {
  readonly key: string;
  /** In lower case, in the order of their names. The sender must send exactly these. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresInSeconds: number;
  readonly at: Date;
}

type Signer = Pick<
  S3StoreConfig,
  'endpoint' | 'publicEndpoint' | 'region' | 'accessKey' | 'secretKey' | 'bucket'
>;

/**
 * A presigned PUT (Signature Version 4) with headers under the signature. The client library signs the host alone, and then a URL that
 * was given for one picture takes any number of bytes. Pure.
 */
export function presignPut(config: Signer, { key, headers, expiresInSeconds, at }: PresignedPut): string {
  const { host, origin } = new URL(config.publicEndpoint ?? config.endpoint);
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), config.region ?? 'us-east-1', 's3', 'aws4_request'];
  const signed = { ...headers, host };
  const names = Object.keys(signed).join(';');
  const query = new URLSearchParams([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', [config.accessKey, ...scope].join('/')],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', String(expiresInSeconds)],
    ['X-Amz-SignedHeaders', names],
  ]);
  // Keys and buckets need no escaping; a query does, with %20 where URLSearchParams writes a plus.
  const path = `/${config.bucket}/${key}`;
  const text = query.toString().replaceAll('+', '%20');
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`);
  const canonical = ['PUT', path, text, lines.join(''), names, 'UNSIGNED-PAYLOAD'].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), sha256(canonical)].join('\n');
  const signingKey = scope.reduce<string | Buffer>(
    (secret, part) => hmac(secret, part),
    `AWS4${config.secretKey}`,
  );
  return `${origin}${path}?${text}&X-Amz-Signature=${hmac(signingKey, toSign).toString('hex')}`;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
