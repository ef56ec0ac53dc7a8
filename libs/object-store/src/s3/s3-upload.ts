import type { Client } from 'minio';
import type { MeteredBody } from '../metered-body';
import { errorCode } from '../error-code';

/** What an upload is of, and how. */
export interface S3UploadTarget {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly partSize: number;
}

/**
 * Uploads a body in parts, or in one request if it fits one part; returns the etag.
 *
 * The client's own `putObject` for streams is not used: it never ends when its source fails, it goes on with whatever upload of
 * the same key it finds (so that two at once mix their parts), and it leaves its parts behind when it fails.
 */
export async function uploadBody(client: Client, target: S3UploadTarget, body: MeteredBody): Promise<string> {
  const { bucket, key, headers, partSize } = target;
  const parts = body.parts(partSize);
  const first = await parts.next();
  if (first.done === true) throw new Error('A body has at least one part.');
  if (first.value.last) {
    // Copied, because the request may outlive the part's place in the shared buffer.
    const { etag } = await client.putObject(
      bucket,
      key,
      Buffer.from(first.value.bytes),
      first.value.bytes.length,
      {
        ...headers,
      },
    );
    return etag;
  }
  const uploadId = await client.initiateNewMultipartUpload(bucket, key, { ...headers });
  try {
    const etags = [await uploadPart(client, target, uploadId, 1, first.value.bytes)];
    for await (const { bytes } of parts) {
      etags.push(await uploadPart(client, target, uploadId, etags.length + 1, bytes));
    }
    const { etag } = await client.completeMultipartUpload(bucket, key, uploadId, etags);
    return etag;
  } catch (error) {
    await abortUpload(client, target, uploadId);
    throw error;
  }
}

async function uploadPart(
  client: Client,
  { bucket, key }: S3UploadTarget,
  uploadId: string,
  partNumber: number,
  bytes: Buffer,
): Promise<{ part: number; etag: string }> {
  const query = new URLSearchParams({ partNumber: String(partNumber), uploadId }).toString();
  const headers = { 'Content-Length': String(bytes.length) };
  const response = await client.makeRequestAsyncOmit(
    { method: 'PUT', bucketName: bucket, objectName: key, query, headers },
    bytes,
  );
  return { part: partNumber, etag: (response.headers.etag ?? '').replaceAll('"', '') };
}

async function abortUpload(client: Client, { bucket, key }: S3UploadTarget, uploadId: string): Promise<void> {
  try {
    await client.abortMultipartUpload(bucket, key, uploadId);
  } catch (error) {
    // The failure that brought us here is the one to report; parts that stay are the bucket's incomplete-upload rule's to remove.
    if (errorCode(error) === undefined) return;
  }
}
