import { createHmac } from 'node:crypto';

export interface SignedCall {
  readonly method: string;
  /** With the prefix, without the query. */
  readonly path: string;
  /** Unix seconds. */
  readonly timestamp: number;
}

/** The headers that prove who calls: a hex HMAC-SHA256 by the secret key. The body is not signed. Pure. */
export function signatureHeaders(
  { accessKey, secretKey }: { readonly accessKey: string; readonly secretKey: string },
  { method, path, timestamp }: SignedCall,
): Readonly<Record<string, string>> {
  const signature = createHmac('sha256', secretKey)
    .update([method, path, timestamp].join('\n'))
    .digest('hex');
  return {
    'x-access-key': accessKey,
    'x-timestamp': `${timestamp}`,
    'x-signature': signature,
    'x-signed-method': method,
    'x-signed-path': path,
  };
}
