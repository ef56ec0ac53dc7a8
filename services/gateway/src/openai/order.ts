import type { MultipartFile } from '@fastify/multipart';
import { createVideoSchema, type CreateVideo } from '@shotloom/contracts';
import type { FastifyRequest } from 'fastify';
import { invalidInput } from '../http/validation';
import { cameTwice, readForm, refuseField } from '../uploads/read-form';

const PICTURE = 'input_reference';

/** Takes the picture of a form in while it comes. */
export type TakePicture = (file: MultipartFile) => Promise<void>;

/**
 * Reads a create, as JSON or as a form whose fields may stand before and after the file; the file goes to `take`. Throws what is wrong,
 * field by field.
 */
export async function readOrder(request: FastifyRequest, take: TakePicture): Promise<CreateVideo> {
  if (!request.isMultipart()) return check(request.body ?? {});
  const { fields: read, hasFile } = await readForm(request, PICTURE, take);
  const fields = new Map<string, unknown>();
  for (const [name, value] of read) addField(fields, name, value);
  if (hasFile && fields.has(PICTURE)) {
    throw refuseField(PICTURE, 'Give one picture: the file, or a reference.');
  }
  return check(Object.fromEntries(fields));
}

/** The official client writes an object in a form as `input_reference[image_url]`. */
function addField(fields: Map<string, unknown>, name: string, value: unknown): void {
  const [, outer, inner] = /^(\w+)\[(\w+)\]$/.exec(name) ?? [];
  if (outer === undefined || inner === undefined) {
    if (fields.has(name)) throw cameTwice(name);
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
