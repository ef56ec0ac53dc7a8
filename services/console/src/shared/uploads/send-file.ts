import { ShotloomError, type ShotloomClient, type UploadResource } from '@shotloom/sdk';
import { sendResumable } from './send-resumable';
import { forgetUnfinished, unfinishedUrl } from './unfinished';

/** From here on a file is sent so that it can go on after a break; a smaller one is sent anew in no time. Bytes. */
const RESUMABLE_FROM = 4 * 1024 * 1024;

export interface SendOptions {
  readonly onProgress: (sent: number, total: number) => void;
  /** Stops sending. What has arrived stays there for a day, and the same file goes on from it. */
  readonly signal: AbortSignal;
}

/** Whether sending can be stopped and go on later, also after a reload. */
export const isResumable = (file: File): boolean => file.size >= RESUMABLE_FROM;

/** Whether another try with the same file makes sense: the file itself was not refused. */
export function mayGoOn(error: unknown): boolean {
  if (!(error instanceof ShotloomError)) return false;
  return error.code === 'network_error' || error.code === 'rate_limited' || error.status >= 500;
}

/** Sends a file and gives its asset. A large one goes on where it was, if it was being sent before. Throws a ShotloomError, or the signal's reason. */
export function sendFile(
  client: ShotloomClient,
  file: File,
  { onProgress, signal }: SendOptions,
): Promise<UploadResource> {
  return isResumable(file)
    ? sendResumable(client, file, { onProgress, signal })
    : client.upload(file, { fileName: file.name, onProgress, signal });
}

/** Gives an unfinished upload up, here and on the server; what the server cannot be told it finds out in a day. */
export async function giveUp(client: ShotloomClient, file: File): Promise<void> {
  const url = unfinishedUrl(file);
  forgetUnfinished(file);
  const id = url?.split('/').at(-1);
  if (id) await client.deleteUpload(id).catch(() => undefined);
}
