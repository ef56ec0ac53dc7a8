import type { MultipartFile } from '@fastify/multipart';
import { createVideoSchema, type CreateVideo } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../http/validation';

/** What a create may bring beside its picture; with room for fields that are refused by name. */
const FORM_LIMITS = {
  fileSize: Infinity,
  files: 1,
  fields: 20,
  fieldSize: 16_384,
  parts: 21,
  headerPairs: 50,
};
const PICTURE = 'input_reference';

/** Takes the picture of a form in while it comes. */
export type TakePicture = (file: MultipartFile) => Promise<void>;

/**
 * Reads a create, as JSON or as a form whose fields may stand before and after the file; the file goes to `take`. Throws what is wrong,
 * field by field.
 */
export async function readOrder(request: FastifyRequest, take: TakePicture): Promise<CreateVideo> {
  if (!request.isMultipart()) return check(request.body ?? {});
  const fields = new Map<string, unknown>();
  let taken = false;
  for await (const part of request.parts({ limits: FORM_LIMITS })) {
    if (part.type === 'file') {
      if (part.fieldname !== PICTURE) {
        part.file.destroy();
        throw refuse(part.fieldname.slice(0, 60), `Files come in the field ${PICTURE}.`);
      }
      await take(part);
      taken = true;
      continue;
    }
    addField(fields, part.fieldname, part.value);
  }
  if (taken && fields.has(PICTURE)) throw refuse(PICTURE, 'Give one picture: the file, or a reference.');
  return check(Object.fromEntries(fields));
}

/** The official client writes an object in a form as `input_reference[image_url]`. */
function addField(fields: Map<string, unknown>, name: string, value: unknown): void {
  const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
  if (outer === undefined || inner === undefined) {
    if (fields.has(name)) throw refuse(name.slice(0, 60), 'This field came twice.');
    if (name === PICTURE) {
      throw refuse(name, `${PICTURE} is a file in a form; give its name and content type with the part.`);
    }
    fields.set(name, value);
    return;
  }
  fields.set(outer, { ...(fields.get(outer) as object | undefined), [inner]: value });
}

function check(body: unknown): CreateVideo {
  const parsed = createVideoSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw invalidInput(parsed.error.issues);
}

function refuse(field: string, reason: string): AppError {
  return new AppError('invalid_input', reason, { fields: [{ field, reason }] });
}
