import { inputRole, INPUT_WORDS, type JobInput } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { VendorInput } from '../vendor';

/** Makes an address under which a vendor can fetch an object for as long as it may need it. */
export type MediaUrl = (objectKey: string) => Promise<string>;

/**
 * Looks the inputs of a job up in the store; their bytes are read only when the adapter sends them. Throws `not_found` for one that is
 * gone, and what the store throws.
 */
export function describeInputs(
  store: ObjectStore,
  inputs: readonly JobInput[],
  mediaUrl: MediaUrl | undefined,
): Promise<VendorInput[]> {
  return Promise.all(
    inputs.map(async ({ role: written, objectKey, contentType }) => {
      const role = inputRole(written);
      const stat = await store.stat(objectKey);
      if (stat === undefined) {
        throw new AppError(
          'not_found',
          `The ${INPUT_WORDS[role]} for this video is not in the store any more.`,
        );
      }
      return {
        role,
        contentType,
        sizeBytes: stat.size,
        url: mediaUrl === undefined ? null : await mediaUrl(objectKey),
        open: async () => (await store.get(objectKey)).body as AsyncIterable<Uint8Array>,
      };
    }),
  );
}
