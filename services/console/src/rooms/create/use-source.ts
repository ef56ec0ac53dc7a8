import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useClient } from '../../shared/api/session';
import type { Source } from '../../shared/jobs/draft';
import { glanceAt } from './source-file';
import { objectionTo, objectionToLength, type Limits } from './source-limits';

export type Upload =
  | { readonly status: 'idle' }
  | {
      readonly status: 'sending';
      readonly fileName: string;
      readonly thumb: string | null;
      readonly share: number;
    }
  | { readonly status: 'failed'; readonly error: unknown };

export interface SourceControl {
  readonly upload: Upload;
  /** Checks a file and sends it at once, so that Generate has nothing to wait for later. */
  readonly add: (file: File) => void;
  readonly remove: () => void;
  /** The stored source, after what is being sent has arrived. Null where there is none or it failed. */
  readonly settled: () => Promise<Source | null>;
}

const IDLE: Upload = { status: 'idle' };

/** A picture or clip for the form: one at a time, a newer one replaces what is still being sent. */
export function useSource(
  limits: Limits,
  source: Source | null,
  keep: (source: Source | null) => void,
): SourceControl {
  const client = useClient();
  const { t, i18n } = useTranslation();
  const [upload, setUpload] = useState<Upload>(IDLE);
  const abort = useRef<AbortController | null>(null);
  const latest = useRef<Promise<Source | null>>(Promise.resolve(source));
  useEffect(() => () => abort.current?.abort(new Error('left')), []);
  useEffect(() => {
    if (upload.status !== 'sending') latest.current = Promise.resolve(source);
  }, [source, upload.status]);

  const send = useCallback(
    async (file: File, signal: AbortSignal): Promise<Source | null> => {
      const show = (next: Upload) => !signal.aborted && setUpload(next);
      try {
        const objection = objectionTo(file, limits, t, i18n.language);
        if (objection) throw new Error(objection);
        const { thumb, seconds } = await glanceAt(file, limits.kind);
        const tooLong = objectionToLength(file.name, seconds, limits, t);
        if (tooLong) throw new Error(tooLong);
        const sending = { status: 'sending', fileName: file.name, thumb } as const;
        show({ ...sending, share: 0 });
        const onProgress = (sent: number, total: number) =>
          show({ ...sending, share: total > 0 ? sent / total : 0 });
        const stored = await client.upload(file, { fileName: file.name, onProgress, signal });
        if (signal.aborted) return null;
        const { asset_id: assetId, size_bytes: sizeBytes, width, height } = stored;
        const next = { assetId, fileName: file.name, sizeBytes, width, height, thumb };
        keep(next);
        show(IDLE);
        return next;
      } catch (error) {
        show({ status: 'failed', error });
        return null;
      }
    },
    [client, i18n.language, keep, limits, t],
  );

  const add = useCallback(
    (file: File) => {
      abort.current?.abort(new Error('replaced'));
      abort.current = new AbortController();
      keep(null);
      latest.current = send(file, abort.current.signal);
    },
    [keep, send],
  );
  const remove = useCallback(() => {
    abort.current?.abort(new Error('removed'));
    latest.current = Promise.resolve(null);
    setUpload(IDLE);
    keep(null);
  }, [keep]);
  const settled = useCallback(() => latest.current, []);
  return { upload, add, remove, settled };
}
