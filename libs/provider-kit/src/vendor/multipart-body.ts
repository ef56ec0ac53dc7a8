import { randomUUID } from 'node:crypto';
import { AppError } from '@shotloom/kernel';
import type { EncodedBody } from './json-body';

/** A field of a form: text, or a file that is read while it is sent. */
export type MultipartPart =
  | { readonly name: string; readonly text: string; readonly contentType?: string }
  | {
      readonly name: string;
      readonly filename: string;
      readonly contentType: string;
      readonly sizeBytes: number;
      readonly open: () => Promise<AsyncIterable<Uint8Array>>;
    };

/** Encodes `multipart/form-data`. Files are never in memory as a whole, and the length is known before. */
export function encodeMultipart(parts: readonly MultipartPart[]): EncodedBody & { contentType: string } {
  const boundary = `shotloom-${randomUUID()}`;
  const pieces = parts.map((part) => ({ part, head: Buffer.from(headOf(part, boundary)) }));
  const end = Buffer.from(`--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    sizeBytes: pieces.reduce(
      (sum, { part, head }) => sum + head.length + sizeOf(part) + LINE_END.length,
      end.length,
    ),
    async *chunks() {
      for (const { part, head } of pieces) {
        yield head;
        if ('text' in part) yield Buffer.from(part.text);
        else yield* whole(part);
        yield LINE_END;
      }
      yield end;
    },
  };
}

const LINE_END = Buffer.from('\r\n');

const sizeOf = (part: MultipartPart): number =>
  'text' in part ? Buffer.byteLength(part.text) : part.sizeBytes;

function headOf(part: MultipartPart, boundary: string): string {
  const file = 'filename' in part ? `; filename="${escaped(part.filename)}"` : '';
  const type = part.contentType === undefined ? '' : `\r\ncontent-type: ${escaped(part.contentType)}`;
  return `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(part.name)}"${file}${type}\r\n\r\n`;
}

/** As browsers do it: a name cannot end its line, nor its quotes. */
const escaped = (text: string): string =>
  text.replace(
    /[\r\n"]/g,
    (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`,
  );

async function* whole({
  open,
  sizeBytes,
}: Extract<MultipartPart, { filename: string }>): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of await open()) {
    seen += chunk.length;
    yield chunk;
  }
  if (seen === sizeBytes) return;
  throw new AppError('internal', `An input has ${seen} bytes where ${sizeBytes} were announced.`, {
    retryable: true,
  });
}
