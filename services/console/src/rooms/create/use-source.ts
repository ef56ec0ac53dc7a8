import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from '../../shared/api/session';
import type { Source } from '../../shared/jobs/draft';
import { giveUp } from '../../shared/uploads/send-file';
import { sendSource, useCheck, type Upload } from './send-source';
import type { Limits } from './source-limits';

export interface SourceControl {
  readonly upload: Upload;
  /** Checks a file and sends it at once, so that Generate has nothing to wait for later. */
  readonly add: (file: File) => void;
  readonly remove: () => void;
  readonly pause: () => void;
  readonly resume: () => void;
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
  const check = useCheck(limits);
  const [upload, setUpload] = useState<Upload>(IDLE);
  const current = useRef<{ readonly file: File; readonly abort: AbortController } | null>(null);
  const latest = useRef<Promise<Source | null>>(Promise.resolve(source));
  const keepNow = useLatest(keep);
  useEffect(() => () => current.current?.abort.abort(new Error('left')), []);
  useEffect(() => {
    if (upload.status === 'idle') latest.current = Promise.resolve(source);
  }, [source, upload.status]);

  const begin = useCallback(
    (file: File) => {
      const abort = new AbortController();
      const { signal } = abort;
      current.current = { file, abort };
      const show = (next: Upload) => !signal.aborted && setUpload(next);
      latest.current = sendSource({ client, file, check, show, signal }).then((next) => {
        if (!next || signal.aborted) return null;
        current.current = null;
        keepNow.current(next);
        show(IDLE);
        return next;
      });
    },
    [check, client, keepNow],
  );
  const drop = useCallback(() => {
    const dropped = current.current;
    current.current = null;
    dropped?.abort.abort(new Error('dropped'));
    if (dropped) void giveUp(client, dropped.file);
  }, [client]);
  const add = useCallback(
    (file: File) => {
      drop();
      keep(null);
      begin(file);
    },
    [begin, drop, keep],
  );
  const remove = useCallback(() => {
    drop();
    latest.current = Promise.resolve(null);
    setUpload(IDLE);
    keep(null);
  }, [drop, keep]);
  const pause = useCallback(() => {
    current.current?.abort.abort(new Error('paused'));
    setUpload((now) => (now.status === 'sending' ? { ...now, status: 'paused', error: null } : now));
  }, []);
  const resume = useCallback(() => {
    if (current.current) begin(current.current.file);
  }, [begin]);
  return { upload, add, remove, pause, resume, settled: useCallback(() => latest.current, []) };
}

/** What it is at the time when it is wanted, for what began before. */
function useLatest<T>(value: T) {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
