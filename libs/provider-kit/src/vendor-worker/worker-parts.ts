import type { Bus } from '@shotloom/bus';
import type { ObjectStore } from '@shotloom/object-store';
import type { Logger } from '@shotloom/service-kit';
import type { VendorAdapter } from '../vendor';
import type { WorkDirs } from '../work-dirs';
import type { CredentialCache } from './credential-cache';
import type { MediaUrl } from './vendor-inputs';
import type { VendorMetrics } from './vendor-metrics';

/** What every part of a vendor's worker works with. */
export interface WorkerParts {
  readonly adapter: VendorAdapter;
  readonly bus: Bus;
  readonly objectStore: ObjectStore;
  readonly logger: Logger;
  readonly metrics: VendorMetrics;
  readonly credentials: CredentialCache;
  readonly mediaUrl: MediaUrl | undefined;
  readonly workDirs: WorkDirs;
  readonly workerId: string;
}
