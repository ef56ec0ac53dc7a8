import { Counter, Gauge, Histogram } from 'prom-client';
import { UPLOAD_WAYS, type RenditionKind, type UploadWay } from '@shotloom/contracts';
import type { Database } from '@shotloom/database';
import type { MetricsRegistry } from '@shotloom/service-kit';
import type { MediaTables } from './schema/tables';
import type { StoredTotal } from './sweep/stored-totals';

/**
 * `expired`: the vendor's link has ended. `unreachable`: it gave nothing whole to the last. `refused`: we do not fetch it, because of
 * where it leads or because of its size.
 */
export type IngestOutcome =
  'stored' | 'again' | 'missing' | 'invalid' | 'unwanted' | 'expired' | 'unreachable' | 'refused';

export interface StorageMetrics {
  /** What became of a request to store a result, and how long that took. Seconds. */
  ingest(outcome: IngestOutcome, seconds: number): void;
  ingestedBytes(bytes: number): void;
  poster(outcome: 'drawn' | 'not_needed'): void;
  rendition(kind: RenditionKind, outcome: 'made' | 'failed'): void;
  /** What all renditions of one video took. Seconds. */
  renditionSeconds(seconds: number): void;
  orphansRemoved(count: number): void;
  /** A sweep that removed nothing because an operator has to look first. */
  sweepHeld(reason: SweepHeldReason): void;
  expired(count: number): void;
  /** How much was stored at the last count, over all users and replicas. */
  stored(totals: readonly StoredTotal[]): void;
  /** `form`: through the gateway in one request. */
  uploaded(way: UploadWay | 'form', bytes: number): void;
  /** An import that gave nothing, by why. */
  importFailed(reason: ImportFailureReason): void;
}

/** `restored`: the database is older than the object store. `implausible`: too many objects are of no asset. */
export type SweepHeldReason = (typeof SWEEP_HELD_REASONS)[number];
const SWEEP_HELD_REASONS = ['restored', 'implausible'] as const;
const WAYS = [...UPLOAD_WAYS, 'form'] as const;

/** `refused`: we do not go there. `wrong_type`: neither picture nor video, or a damaged one. `no_room`: the quota. */
export type ImportFailureReason = (typeof IMPORT_FAILURES)[number];
const IMPORT_FAILURES = [
  'refused',
  'not_there',
  'too_large',
  'unavailable',
  'wrong_type',
  'no_room',
  'internal',
] as const;

const SECONDS_BUCKETS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300, 1_800];

export function createStorageMetrics(registry: MetricsRegistry): StorageMetrics {
  const registers = [registry];
  const ingests = new Histogram({
    name: 'shotloom_ingest_seconds',
    help: 'Time to make a result ours, by what became of it.',
    labelNames: ['outcome'],
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const bytes = new Counter({
    name: 'shotloom_ingest_bytes_total',
    help: 'Bytes of results made ours.',
    registers,
  });
  const posters = new Counter({
    name: 'shotloom_posters_total',
    help: 'Requests to draw a poster, by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const renditions = new Counter({
    name: 'shotloom_renditions_total',
    help: 'Renditions of videos, by kind and by what became of them.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const renditionTime = new Histogram({
    name: 'shotloom_rendition_seconds',
    help: 'Time to make what is wanted of one video.',
    buckets: SECONDS_BUCKETS,
    registers,
  });
  const orphans = new Counter({
    name: 'shotloom_orphans_removed_total',
    help: 'Objects without a row that the sweep removed.',
    registers,
  });
  const expired = new Counter({
    name: 'shotloom_assets_expired_total',
    help: 'Assets that were taken because their plan no longer keeps them.',
    registers,
  });
  return {
    ...uploadMetrics(registry),
    stored: storedGauges(registry),
    ingest: (outcome, seconds) => ingests.observe({ outcome }, seconds),
    ingestedBytes: (size) => bytes.inc(size),
    poster: (outcome) => posters.inc({ outcome }),
    rendition: (kind, outcome) => renditions.inc({ kind, outcome }),
    renditionSeconds: (seconds) => renditionTime.observe(seconds),
    expired: (count) => expired.inc(count),
    orphansRemoved: (count) => orphans.inc(count),
    sweepHeld: heldCounter(registry),
  };
}

function heldCounter(registry: MetricsRegistry): StorageMetrics['sweepHeld'] {
  const held = new Counter({
    name: 'shotloom_sweeps_held_total',
    help: 'Looks of the sweep that removed nothing because an operator has to look first, by why.',
    labelNames: ['reason'],
    registers: [registry],
  });
  // Shown from the start, so that the first of them is a rise.
  for (const reason of SWEEP_HELD_REASONS) held.inc({ reason }, 0);
  return (reason) => held.inc({ reason });
}

function storedGauges(registry: MetricsRegistry): StorageMetrics['stored'] {
  const gauge = (name: string, help: string): Gauge<'kind'> =>
    new Gauge({ name, help, labelNames: ['kind'], registers: [registry] });
  const bytes = gauge('shotloom_stored_bytes', 'Bytes that were stored at the last count, by kind.');
  const files = gauge('shotloom_stored_files', 'Files that were stored at the last count, by kind.');
  return (totals) => {
    bytes.reset();
    files.reset();
    for (const { kind, bytes: size, files: count } of totals) {
      bytes.set({ kind }, size);
      files.set({ kind }, count);
    }
  };
}

function uploadMetrics(registry: MetricsRegistry): Pick<StorageMetrics, 'uploaded' | 'importFailed'> {
  const registers = [registry];
  const uploads = new Counter({
    name: 'shotloom_upload_bytes_total',
    help: 'Bytes of uploads that became assets, by the way they came.',
    labelNames: ['way'],
    registers,
  });
  const importFailures = new Counter({
    name: 'shotloom_import_failures_total',
    help: 'URLs of users that gave nothing, by why.',
    labelNames: ['reason'],
    registers,
  });
  // Shown from the start, so that the first of them is a rise.
  for (const way of WAYS) uploads.inc({ way }, 0);
  for (const reason of IMPORT_FAILURES) importFailures.inc({ reason }, 0);
  return {
    uploaded: (way, size) => uploads.inc({ way }, size),
    importFailed: (reason) => importFailures.inc({ reason }),
  };
}

/** Uploads that are open, over all users and replicas; counted when somebody looks. */
export function watchOpenUploads(registry: MetricsRegistry, database: Database<MediaTables>): void {
  new Gauge({
    name: 'shotloom_uploads_open',
    help: 'Uploads that are neither completed nor ended, by the way they come.',
    labelNames: ['way'],
    registers: [registry],
    async collect() {
      const rows = await database.sql
        .selectFrom('media.uploads')
        .select(['way', ({ fn }) => fn.countAll<number>().as('open')])
        .where('state', '=', 'open')
        .groupBy('way')
        .execute()
        .catch(() => []);
      for (const way of UPLOAD_WAYS) this.set({ way }, rows.find((row) => row.way === way)?.open ?? 0);
    },
  });
}
