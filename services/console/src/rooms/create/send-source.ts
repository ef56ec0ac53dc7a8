import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ShotloomClient, UploadResource } from '@shotloom/sdk';
import type { Source } from '../../shared/jobs/draft';
import { giveUp, isResumable, mayGoOn, sendFile } from '../../shared/uploads/send-file';
import { glanceAt } from './source-file';
import { objectionTo, objectionToLength, type Limits } from './source-limits';

interface Sent {
  readonly fileName: string;
  readonly thumb: string | null;
  /** From 0 to 1. */
  readonly share: number;
}

export type Upload =
  | { readonly status: 'idle' }
  | ({ readonly status: 'sending'; readonly canPause: boolean } & Sent)
  /** Stopped by hand (no error), or by the line; it can go on. */
  | ({ readonly status: 'paused'; readonly error: unknown } & Sent)
  | { readonly status: 'failed'; readonly error: unknown };

type Check = ReturnType<typeof useCheck>;

/** What the page can say about a file before it is sent: throws why it cannot be taken. */
export function useCheck(limits: Limits) {
  const { t, i18n } = useTranslation();
  return useCallback(
    async (file: File): Promise<string | null> => {
      const objection = objectionTo(file, limits, t, i18n.language);
      if (objection) throw new Error(objection);
      const { thumb, seconds } = await glanceAt(file, limits.kind);
      const tooLong = objectionToLength(file.name, seconds, limits, t);
      if (tooLong) throw new Error(tooLong);
      return thumb;
    },
    [i18n.language, limits, t],
  );
}

interface Sending {
  readonly client: ShotloomClient;
  readonly file: File;
  readonly check: Check;
  readonly show: (upload: Upload) => void;
  readonly signal: AbortSignal;
}

/** Checks and sends a file and shows how far it is; null where it did not arrive, which it has shown. */
export async function sendSource({ client, file, check, show, signal }: Sending): Promise<Source | null> {
  let sent: Sent = { fileName: file.name, thumb: null, share: 0 };
  const sending = () => show({ ...sent, status: 'sending', canPause: isResumable(file) });
  try {
    sent = { ...sent, thumb: await check(file) };
    sending();
    const onProgress = (bytes: number, total: number) => {
      sent = { ...sent, share: total > 0 ? bytes / total : 0 };
      sending();
    };
    return toSource(file, sent, await sendFile(client, file, { onProgress, signal }));
  } catch (error) {
    if (mayGoOn(error)) {
      show({ ...sent, status: 'paused', error });
    } else {
      show({ status: 'failed', error });
      if (!signal.aborted) void giveUp(client, file);
    }
    return null;
  }
}

function toSource(file: File, { thumb }: Sent, stored: UploadResource): Source {
  const { asset_id: assetId, size_bytes: sizeBytes, width, height } = stored;
  return { assetId, fileName: file.name, sizeBytes, width, height, thumb };
}
