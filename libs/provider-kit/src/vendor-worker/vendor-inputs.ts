import { inputRole, INPUT_WORDS, type JobInput } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { ObjectStore } from '@shotloom/object-store';
import type { VendorInput } from '../vendor';
import type { AttemptDir } from '../work-dirs';
import { makeFitted } from './fitted-picture';

/** Makes an address under which a vendor can fetch an object for as long as it may need it. */
export type MediaUrl = (objectKey: string) => Promise<string>;

export interface InputsOptions {
  readonly attemptId: string;
  readonly mediaUrl: MediaUrl | undefined;
  /** Where pictures that have to be made lie until they are sent. */
  readonly dir: AttemptDir;
}

/**
 * Makes the inputs of a job ready for the vendor. A picture for which a fit was planned is made here; all else is looked up in the
 * store, and its bytes are read only when the adapter sends them. Throws `not_found` for one that is gone, `media_invalid` and
 * `invalid_input` for a picture that cannot be made, and what the store throws.
 */
export function prepareInputs(
  store: ObjectStore,
  inputs: readonly JobInput[],
  options: InputsOptions,
): Promise<VendorInput[]> {
  return Promise.all(
    inputs.map(async (input, index): Promise<VendorInput> => {
      const { objectKey, contentType, fit } = input;
      const role = inputRole(input.role);
      const stat = await store.stat(objectKey);
      if (stat === undefined) {
        throw new AppError(
          'not_found',
          `The ${INPUT_WORDS[role]} for this video is not in the store any more.`,
        );
      }
      if (fit !== undefined)
        return { role, ...(await makeFitted(store, { objectKey, fit, index }, options)) };
      const { mediaUrl } = options;
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
