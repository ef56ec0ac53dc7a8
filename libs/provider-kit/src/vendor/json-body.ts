import { randomUUID } from 'node:crypto';
import { AppError } from '@shotloom/kernel';

/** A file inside a JSON body, as a base64 string: encoded while it is sent, never in memory as a whole. */
export class InlineFile {
  constructor(
    readonly sizeBytes: number,
    readonly open: () => Promise<AsyncIterable<Uint8Array>>,
    /** Put before the base64, for example `data:image/png;base64,`. */
    readonly prefix = '',
  ) {}
}

/** A body whose length is known before it is sent, so that the other side can tell when it is not whole. */
export interface EncodedBody {
  readonly sizeBytes: number;
  chunks(): AsyncGenerator<Uint8Array>;
}

/** Encodes JSON in which any value may be an `InlineFile`. */
export function encodeJson(value: unknown): EncodedBody {
  const files: InlineFile[] = [];
  const mark = randomUUID();
  const text = JSON.stringify(value, (_key, part: unknown) =>
    part instanceof InlineFile ? `${mark}${files.push(part) - 1}` : part,
  );
  const [first = '', ...rest] = text.split(new RegExp(`"${mark}\\d+"`));
  // The marks stand in the order in which the files were met.
  const pieces = rest.map((after, index) => ({ file: files[index], after }));
  const plain = [first, ...rest].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  const inline = files.reduce((sum, file) => sum + quotedSize(file), 0);
  return {
    sizeBytes: plain + inline,
    async *chunks() {
      yield Buffer.from(first);
      for (const { file, after } of pieces) {
        if (file !== undefined) yield* quoted(file);
        yield Buffer.from(after);
      }
    },
  };
}

const quotedSize = ({ prefix, sizeBytes }: InlineFile): number =>
  Buffer.byteLength(JSON.stringify(prefix)) + 4 * Math.ceil(sizeBytes / 3);

async function* quoted(file: InlineFile): AsyncGenerator<Uint8Array> {
  yield Buffer.from(JSON.stringify(file.prefix).slice(0, -1));
  let carried: Uint8Array = new Uint8Array();
  let seen = 0;
  for await (const chunk of await file.open()) {
    seen += chunk.length;
    const bytes = Buffer.concat([carried, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    carried = bytes.subarray(whole);
    if (whole > 0) yield Buffer.from(bytes.subarray(0, whole).toString('base64'));
  }
  if (seen !== file.sizeBytes) {
    throw new AppError('internal', `An input has ${seen} bytes where ${file.sizeBytes} were announced.`, {
      retryable: true,
    });
  }
  yield Buffer.from(`${Buffer.from(carried).toString('base64')}"`);
}
