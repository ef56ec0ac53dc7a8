import { createHmac, timingSafeEqual } from 'node:crypto';

/** Everything that a signed URL promises; all of it is under the signature. */
export interface UrlGrant {
  readonly method: 'GET' | 'PUT';
  readonly bucket: string;
  readonly key: string;
  /** Seconds since 1970. */
  readonly expires: number;
  readonly contentType?: string | undefined;
  readonly maxBytes?: number | undefined;
  readonly downloadName?: string | undefined;
}

const sign = (grant: UrlGrant, secret: string): Buffer => {
  const { method, bucket, key, expires, contentType, maxBytes, downloadName } = grant;
  // A JSON list, because joining with a separator would let one field run over into the next.
  const text = JSON.stringify(['v1', method, bucket, key, expires, contentType, maxBytes, downloadName]);
  return createHmac('sha256', secret).update(text).digest();
};

/** Writes a grant as a URL below `baseUrl`. */
export function writeSignedUrl(grant: UrlGrant, baseUrl: string, secret: string): string {
  const query = new URLSearchParams({ expires: String(grant.expires) });
  if (grant.contentType !== undefined) query.set('type', grant.contentType);
  if (grant.maxBytes !== undefined) query.set('max', String(grant.maxBytes));
  if (grant.downloadName !== undefined) query.set('name', grant.downloadName);
  query.set('signature', sign(grant, secret).toString('base64url'));
  return `${baseUrl.replace(/\/+$/, '')}/${grant.bucket}/${grant.key}?${query.toString()}`;
}

const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;

/** Reads a grant back. `undefined` for everything that we did not sign, or that has expired by `now`. */
export function readSignedUrl(
  target: { method: 'GET' | 'PUT'; bucket: string; key: string; query: URLSearchParams },
  secret: string,
  now: Date,
): UrlGrant | undefined {
  const { method, bucket, key, query } = target;
  const expires = wholeNumber(query.get('expires'));
  const given = Buffer.from(query.get('signature') ?? '', 'base64url');
  if (expires === undefined) return undefined;
  const grant: UrlGrant = {
    method,
    bucket,
    key,
    expires,
    contentType: query.get('type') ?? undefined,
    maxBytes: wholeNumber(query.get('max')),
    downloadName: query.get('name') ?? undefined,
  };
  const expected = sign(grant, secret);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return now.getTime() < expires * 1000 ? grant : undefined;
}
