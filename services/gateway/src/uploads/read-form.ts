import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';

/** What an order may bring beside its picture; with room for fields that are refused by name. */
const FORM_LIMITS = {
  fileSize: Infinity,
  files: 1,
  fields: 20,
  fieldSize: 16_384,
  parts: 21,
  headerPairs: 50,
};

export interface ReadForm {
  /** In the order of the form; a name may come twice. */
  readonly fields: readonly (readonly [name: string, value: unknown])[];
  readonly hasFile: boolean;
}

/**
 * Reads a form whose fields may stand before and after its one file, which must come in the field `fileField` and goes to `take` while
 * it comes. Throws where a file comes in another field.
 */
export async function readForm(
  request: FastifyRequest,
  fileField: string,
  take: (file: MultipartFile) => Promise<void>,
): Promise<ReadForm> {
  const fields: [string, unknown][] = [];
  let hasFile = false;
  for await (const part of request.parts({ limits: FORM_LIMITS })) {
    if (part.type === 'file') {
      if (part.fieldname !== fileField) {
        part.file.destroy();
        throw refuseField(part.fieldname, `Files come in the field ${fileField}.`);
      }
      await take(part);
      hasFile = true;
      continue;
    }
    if (part.fieldname === fileField) {
      throw refuseField(
        fileField,
        `${fileField} is a file in a form; give its name and content type with the part.`,
      );
    }
    fields.push([part.fieldname, part.value]);
  }
  return { fields, hasFile };
}

export function cameTwice(name: string): AppError {
  return refuseField(name, 'This field came twice.');
}

export function refuseField(name: string, reason: string): AppError {
  return new AppError('invalid_input', reason, { fields: [{ field: name.slice(0, 60), reason }] });
}
