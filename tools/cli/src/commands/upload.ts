import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import type { UploadResource } from '@shotloom/sdk';
import { text } from '../arguments';
import { isFile } from '../is-file';
import { print, type Command, type Context } from '../context';
import { EXIT, UsageError } from '../exit-codes';
import { PercentBar } from '../terminal';

/** What is sent again as a whole where the line is cut. */
const ONE_REQUEST_BYTES = 8 * 1024 * 1024;

/** Stores a file, a large one in pieces, so that a cut line costs only what had not arrived. */
export const upload: Command = async (context) => {
  const [path, ...more] = context.arguments.operands;
  if (path === undefined || more.length > 0)
    throw new UsageError('One file is needed: shotloom upload FILE.');
  if (!(await isFile(path))) throw new UsageError(`There is no file ${path}.`);
  const stored = await sendFile(context, path, text(context.arguments, 'resume'));
  print(context, stored, `${stored.asset_id}  ${stored.file_url}`);
  return EXIT.ok;
};

/** With a bar, and with the address to go on from where it is given up. */
export async function sendFile(context: Context, path: string, resume?: string): Promise<UploadResource> {
  const { client, terminal, signal, json } = context;
  const file = await openAsBlob(path);
  const fileName = basename(path);
  if (resume === undefined && file.size <= ONE_REQUEST_BYTES)
    return client.upload(file, { fileName, signal });
  const bar = json ? undefined : new PercentBar(terminal, fileName);
  let address = resume;
  try {
    return await client.uploadResumable(file, {
      fileName,
      signal,
      ...(resume === undefined ? {} : { resume }),
      onBegun: (begun) => (address = begun),
      onProgress: (sent, total) => bar?.show(total === 0 ? 100 : (sent / total) * 100),
    });
  } catch (error) {
    if (address !== undefined) terminal.err(`\nIt can go on: shotloom upload ${path} --resume ${address}\n`);
    throw error;
  } finally {
    bar?.end();
  }
}
