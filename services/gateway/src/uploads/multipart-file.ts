import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { tooLarge } from './media-type';

const FIELD = 'file';
/** What boundaries and part headers may add to the bytes of the file. */
const FORM_OVERHEAD_BYTES = 64 * 1024;
const MAX_PARTS = 30;

/** The one file of a form, before any of its bytes are read. Throws where there is none. */
export async function readMultipartFile(request: FastifyRequest, maxBytes: number): Promise<MultipartFile> {
  if (!request.isMultipart()) {
    throw missing('Send the file as multipart/form-data in the field `file`.');
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes + FORM_OVERHEAD_BYTES) {
    throw tooLarge('An upload', maxBytes);
  }
  const file = await request.file({
    // The object store counts: it knows the limit of the kind that the bytes turn out to be.
    throwFileSizeLimit: false,
    limits: {
      fileSize: Infinity,
      files: 1,
      fields: 20,
      fieldSize: 4_096,
      parts: MAX_PARTS,
      headerPairs: 50,
    },
  });
  if (!file) throw missing('The form has no file: send it in the field `file`.');
  if (file.fieldname !== FIELD) {
    file.file.destroy();
    throw missing(
      `The file came in the field \`${file.fieldname.slice(0, 60)}\`: send it in the field \`file\`.`,
    );
  }
  return file;
}

function missing(reason: string): AppError {
  return new AppError('invalid_input', reason, { fields: [{ field: FIELD, reason }] });
}

const TOO_MANY_PARTS = /^FST_(PARTS|FILES|FIELDS)_LIMIT$/;
const CUT_SHORT = /terminated early|Unexpected end of|closed before the multipart/;
/** What the parsers of forms say about a form that is none; they give it no status, or one of ours. */
const UNREADABLE = /^FST_|Boundary|Malformed|Unsupported content type|^Multipart:/;

/** Puts what is wrong with a form into words: how a client sends it is no failure of ours. */
export function nameBrokenForm(thrown: unknown, request: FastifyRequest): unknown {
  // Storage has looked at a whole file and says what is wrong with it, in words that may be like ours.
  if (thrown instanceof AppError && thrown.code === 'media_invalid') return thrown;
  const reason = brokenBecause(textsOf(thrown), request);
  return reason === null
    ? thrown
    : new AppError('invalid_input', reason, { fields: [{ field: FIELD, reason }], cause: thrown });
}

function brokenBecause(texts: readonly string[], { raw }: FastifyRequest): string | null {
  const says = (pattern: RegExp): boolean => texts.some((text) => pattern.test(text));
  if (says(TOO_MANY_PARTS)) {
    return `The form has more than ${MAX_PARTS} parts: send only the file, in the field \`file\`.`;
  }
  const left = raw.destroyed && !raw.complete;
  if (left || says(CUT_SHORT)) return 'The form ended before the file did; nothing was kept. Send it again.';
  return says(UNREADABLE)
    ? 'The form cannot be read: send multipart/form-data with its boundary in the Content-Type, and the file in the field `file`.'
    : null;
}

/** Codes and messages, of the error and of what caused it. */
function textsOf(thrown: unknown): string[] {
  const texts: string[] = [];
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    texts.push(error.message);
    if ('code' in error) texts.push(String(error.code));
    error = error.cause;
  }
  return texts;
}
