import { createReadStream } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { extname } from 'node:path';
import type { BatchFile } from '@shotloom/sdk';
import type { Context } from './context';
import { codeOf } from './error-code';
import { UsageError } from './exit-codes';

/** What is larger is no batch anywhere, and is not read to its end; the server has a limit of its own. Bytes. */
const MOST_BYTES = 32 * 1024 * 1024;
const TYPES: Readonly<Record<string, BatchFile['type']>> = {
  '.json': 'application/json',
  '.csv': 'text/csv',
};

/** The file of a batch; `-` is standard input. By its extension JSON or CSV, otherwise by how it begins. Throws `UsageError`. */
export async function readBatchFile(context: Context, path: string): Promise<BatchFile> {
  const text = decode(await readAll(context, path), path);
  const type = path === '-' ? undefined : TYPES[extname(path).toLowerCase()];
  return { type: type ?? (/^\s*[{[]/.test(text) ? 'application/json' : 'text/csv'), text };
}

async function readAll({ stdin, signal }: Context, path: string): Promise<Buffer> {
  const source = addAbortSignal(signal, path === '-' ? stdin() : createReadStream(path));
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_BYTES) break;
    }
  } catch (error) {
    if (signal.aborted) throw error;
    if (codeOf(error) === 'ENOENT') throw new UsageError(`There is no file ${path}.`);
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (bytes <= MOST_BYTES) return Buffer.concat(chunks);
  throw new UsageError(`${path} is too large for a batch: send it as several.`);
}

/** Without its byte order mark, which JSON has no place for. */
function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path} is no text in UTF-8. Save it as "CSV UTF-8", or as JSON.`);
  }
}
