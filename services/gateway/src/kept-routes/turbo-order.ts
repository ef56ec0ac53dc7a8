import type { Readable } from 'node:stream';
import { createTurboJobSchema, type CreateTurboJob } from '@shotloom/contracts';
import { sniffType, SNIFF_BYTES } from '@shotloom/media-tools';
import type { FastifyRequest } from 'fastify';
import { withFieldNames } from '../http/field-names';
import { invalidInput } from '../http/validation';
import { mediaInvalid, tooLarge } from '../uploads/media-type';
import { nameBrokenForm } from '../uploads/multipart-file';
import { peek } from '../uploads/peek';
import { cameTwice, readForm, refuseField } from '../uploads/read-form';

const PICTURE = 'image';

/** The studio's form: its fields, and a picture by its content, which is looked at while it comes and kept nowhere. Throws what is wrong. */
export async function readTurboOrder(request: FastifyRequest, maxBytes: number): Promise<CreateTurboJob> {
  if (!request.isMultipart()) {
    throw refuseField(PICTURE, `Send multipart/form-data with the picture in the field \`${PICTURE}\`.`);
  }
  // What is wrong with any file is said of the field `file` elsewhere.
  return withFieldNames({ file: PICTURE }, async () => {
    const form = await readForm(request, PICTURE, ({ file }) => lookAt(file, maxBytes)).catch(
      (error: unknown) => {
        throw nameBrokenForm(error, request);
      },
    );
    return check(form.fields, form.hasFile);
  });
}

/** Reads a picture to its end. Throws where it is none, or too large. */
async function lookAt(file: Readable, maxBytes: number): Promise<void> {
  const { head, body } = await peek(file, SNIFF_BYTES);
  const { kind } = await sniffType(head);
  if (kind !== 'image') {
    body.destroy();
    throw mediaInvalid('The file is not a picture (JPG, PNG, WEBP) by its content, whatever its name says.');
  }
  let left = maxBytes;
  for await (const chunk of body) {
    left -= (chunk as Buffer).length;
    if (left < 0) throw tooLarge('A picture', maxBytes);
  }
}

function check(fields: readonly (readonly [string, unknown])[], hasFile: boolean): CreateTurboJob {
  const given = new Map<string, unknown>();
  for (const [name, value] of fields) {
    if (given.has(name)) throw cameTwice(name);
    given.set(name, value);
  }
  const parsed = createTurboJobSchema.safeParse(Object.fromEntries(given));
  const missing = hasFile ? [] : [{ path: [PICTURE], message: 'This field is required.' }];
  if (parsed.success && hasFile) return parsed.data;
  throw invalidInput([...(parsed.error?.issues ?? []), ...missing]);
}
