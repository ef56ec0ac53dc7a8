import { useCallback, useEffect, useState } from 'react';
import { readJson, writeJson } from '../storage';

/** A job that was started in this tab, with the picture it was made from. */
export interface SessionJob {
  readonly id: string;
  readonly thumb: string | null;
}

const KEY = 'shotloom.session-jobs.1';
const KEPT = 12;

const isList = (value: unknown): value is SessionJob[] =>
  Array.isArray(value) && value.every((item) => typeof (item as SessionJob | null)?.id === 'string');

/** The jobs of this tab, newest first; they survive a reload. */
export function useSessionJobs() {
  const [jobs, setJobs] = useState(() => readJson(sessionStorage, KEY, isList, []));
  useEffect(() => writeJson(sessionStorage, KEY, jobs), [jobs]);
  const add = useCallback((job: SessionJob) => setJobs((known) => [job, ...known].slice(0, KEPT)), []);
  const forget = useCallback((id: string) => setJobs((known) => known.filter((job) => job.id !== id)), []);
  return { jobs, add, forget };
}

/** Takes a deleted job out of the tab's list where the list is not on the screen: nobody should ask for it again. */
export function forgetSessionJob(id: string): void {
  const known = readJson(sessionStorage, KEY, isList, []);
  writeJson(
    sessionStorage,
    KEY,
    known.filter((job) => job.id !== id),
  );
}
