import type { Bus } from '@shotloom/bus';
import type { Database } from '@shotloom/database';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger } from '@shotloom/service-kit';
import type { Config } from './config';
import type { GuardedFetcher } from '@shotloom/guarded-http';
import type { IngestQueues } from './ingest/ingest-queues';
import type { QuietMoment } from './ingest/quiet-moment';
import type { StorageMetrics } from './metrics';
import type { PosterQueue } from './posters/poster-queue';
import type { RenditionMaker } from './renditions/rendition-maker';
import type { MediaTables } from './schema/tables';

/** What the service is built from. */
export interface Storage {
  readonly config: Pick<
    Config,
    | 'IMAGE_MAX_PIXELS'
    | 'VIDEO_MAX_SECONDS'
    | 'INGEST_MAX_BYTES'
    | 'UPLOAD_SECONDS'
    | 'RESUMABLE_UPLOAD_SECONDS'
    | 'DELETED_UPLOAD_SECONDS'
  >;
  /** For what is asked of other services. */
  readonly bus: Pick<Bus, 'request'>;
  readonly database: Database<MediaTables>;
  readonly ingests: IngestQueues;
  /** Ingests complete jobs; what only decorates a video gives way to them. */
  readonly quiet: QuietMoment;
  readonly posters: PosterQueue;
  readonly renditions: RenditionMaker;
  readonly store: ObjectStore;
  /** The only way to URLs that come from outside; this one for what vendors made. */
  readonly fetcher: GuardedFetcher;
  /** The same for what users point to, who wait. */
  readonly importer: GuardedFetcher;
  readonly logger: Logger;
  readonly metrics: StorageMetrics;
}

/** Where Nest finds it. */
export const STORAGE = Symbol('STORAGE');
