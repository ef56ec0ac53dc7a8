import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { AppError } from '@shotloom/kernel';
import { tooLarge } from './media-type';

const FIELD = 'file';
/** What boundaries and part headers may add to the bytes of the file. */
const FORM_OVERHEAD_BYTES = 64 * 1024;

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
    limits: { fileSize: Infinity, files: 1, fields: 20, fieldSize: 4_096, parts: 30, headerPairs: 50 },
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

/** A client that left, or a form that ends before its end, is no failure of ours. */
export function nameBrokenForm(thrown: unknown, request: FastifyRequest): unknown {
  // Storage has looked at a whole file and says what is wrong with it, in words that may be like ours.
  if (thrown instanceof AppError && thrown.code === 'media_invalid') return thrown;
  const texts: string[] = [];
  let error = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    texts.push(error.message);
    error = error.cause;
  }
  const broken = texts.some((text) =>
    /terminated early|Unexpected end of|closed before the multipart/.test(text),
  );
  const left = request.raw.destroyed && !request.raw.complete;
  if (!broken && !left) return thrown;
  const reason = 'The form ended before the file did; nothing was kept. Send it again.';
  return new AppError('invalid_input', reason, { fields: [{ field: FIELD, reason }], cause: thrown });
}
