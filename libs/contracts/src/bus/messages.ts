import { z } from 'zod';
import { defineMessage } from './envelope';
import { errorRecordSchema } from './rpc';
import { assetRecordSchema } from '../asset/record';
import { renderedObjectSchema } from '../attempt/rendered-object';
import { jobStateSchema } from '../job/record';

/** WORK: an attempt waits for a worker of its provider. The worker must `begin` it before it does anything. */
export const workSubmitV1 = defineMessage(
  'work.submit.v1',
  z.looseObject({ attemptId: z.string(), jobId: z.string(), provider: z.string(), model: z.string() }),
);

/**
 * Where a vendor left what it made. Whoever has the URL has the video, so a URL is a secret: it is never logged or kept
 * with its query. It is a plain string here, since a URL that cannot be used is a result to report and not a dead letter.
 */
const vendorLinkSchema = z.looseObject({
  kind: z.literal('url'),
  url: z.string(),
  /** When the link ends, as far as the vendor says so. */
  expiresAt: z.iso.datetime().nullable(),
});
export type VendorLink = z.infer<typeof vendorLinkSchema>;

/** What storage is asked to make ours. */
const mediaSourceSchema = z.discriminatedUnion('kind', [renderedObjectSchema, vendorLinkSchema]);
export type MediaSource = z.infer<typeof mediaSourceSchema>;

/** ATTEMPTS: what became of an attempt. `fence` is the number that `begin` gave; an older one changes nothing. */
export const attemptSucceededV1 = defineMessage(
  'attempt.succeeded.v1',
  z.looseObject({
    attemptId: z.string(),
    fence: z.int(),
    result: renderedObjectSchema,
    label: z.string().nullable(),
  }),
);
export const attemptFailedV1 = defineMessage(
  'attempt.failed.v1',
  z.looseObject({ attemptId: z.string(), fence: z.int(), error: errorRecordSchema }),
);
/** The worker stopped because it was told to cancel; nothing was delivered. */
export const attemptCancelledV1 = defineMessage(
  'attempt.cancelled.v1',
  z.looseObject({ attemptId: z.string(), fence: z.int() }),
);

const owner = { accountId: z.string(), ownerUserId: z.string() };

/**
 * MEDIA: make the result of an attempt ours. Storing an attempt twice gives the first asset again, also by another source:
 * where a link has ended, a fresh one is sent in a message of its own.
 */
export const mediaIngestV1 = defineMessage(
  'media.ingest.v1',
  z.looseObject({
    jobId: z.string(),
    attemptId: z.string(),
    ...owner,
    source: mediaSourceSchema,
    label: z.string().nullable(),
  }),
);
/** MEDIA: remove an asset (tombstone, then its objects), or objects that never became one. */
export const mediaDeleteV1 = defineMessage(
  'media.delete.v1',
  z.looseObject({
    ownerUserId: z.string(),
    assetId: z.string().nullable(),
    attemptId: z.string().nullable(),
    objectKeys: z.array(z.string()),
  }),
);
/** MEDIA: fetch what an upload of the way `import` points to. The URL is in its row only: it may be a secret. */
export const mediaImportV1 = defineMessage('media.import.v1', z.looseObject({ uploadId: z.string() }));
/** MEDIA: draw the poster of a stored video. Storage sends it to itself, off the completing path. */
export const mediaPosterV1 = defineMessage('media.poster.v1', z.looseObject({ assetId: z.string() }));
/** MEDIA: make what is missing of a stored video's renditions. Storage sends it to itself, once the poster is there. */
export const mediaRenditionsV1 = defineMessage('media.renditions.v1', z.looseObject({ assetId: z.string() }));

/**
 * ACCOUNTS: what a plan allows from now on. With an account: that account has this plan now. Without: the plan itself was changed, for
 * whoever has it. A lower version of the same account, or of the same plan, is older news.
 */
export const limitsChangedV1 = defineMessage(
  'limits.changed.v1',
  z.looseObject({
    account: z.looseObject({ id: z.string(), version: z.int().positive() }).nullable(),
    planId: z.string(),
    /** Of the plan. */
    version: z.int().nonnegative(),
    concurrency: z.int().positive().nullable(),
    perProvider: z.int().min(1).max(5).nullable(),
    weight: z.number().min(1).max(8),
  }),
);

/**
 * ACCOUNTS: for how long a plan keeps videos and uploads from now on; in days, null is for ever. Account, plan and versions are as in
 * `limits.changed.v1`.
 */
export const retentionChangedV1 = defineMessage(
  'retention.changed.v1',
  z.looseObject({
    account: z.looseObject({ id: z.string(), version: z.int().positive() }).nullable(),
    planId: z.string(),
    version: z.int().nonnegative(),
    retentionDays: z.int().positive().nullable(),
  }),
);

/** RESULTS: what became of `media.ingest`. */
export const mediaStoredV1 = defineMessage(
  'media.stored.v1',
  z.looseObject({ jobId: z.string(), attemptId: z.string(), asset: assetRecordSchema }),
);
/**
 * `ingest_failed` of a `url` says in `error.details.reason` what helps, and neither of them needs a second video:
 * `link_expired` a fresh link from the vendor, `link_unreachable` the same link again, later.
 */
export const mediaFailedV1 = defineMessage(
  'media.failed.v1',
  z.looseObject({ jobId: z.string(), attemptId: z.string(), error: errorRecordSchema }),
);

/** JOBS: a job changed. One for each version, in order, on `jobs.<userId>`. */
export const jobChangedV1 = defineMessage('job.changed.v1', z.looseObject({ state: jobStateSchema }));

/** Core NATS, best effort, at most one a second a job, on `progress.<userId>`: `version` is the job's at that moment. */
export const jobProgressV1 = defineMessage(
  'job.progress.v1',
  z.looseObject({
    jobId: z.string(),
    ownerUserId: z.string(),
    version: z.int(),
    progress: z.number().min(0).max(100),
    progressEstimated: z.boolean(),
    /** What happens now, in words, for example `Rendering frame 60 of 120`. */
    step: z.string(),
  }),
);

/**
 * Core NATS, best effort: these may not be used from now on. Whoever keeps a verified credential forgets it; whoever missed this
 * learns it a moment later, when it asks again.
 */
export const identityRevokedV1 = defineMessage(
  'identity.revoked.v1',
  z.looseObject({
    sessionIds: z.array(z.string()),
    keyIds: z.array(z.string()),
    /** All that these people have. */
    userIds: z.array(z.string()),
  }),
);
/** Core NATS: the keys of a provider were changed; whoever keeps a list of them asks again. */
export const credentialsChangedV1 = defineMessage(
  'credentials.changed.v1',
  z.looseObject({ provider: z.string() }),
);
/**
 * Core NATS, best effort: what these accounts can spend may be another sum now, or these people are paid for by another account. Whoever
 * shows a balance asks for it; whoever missed this asks anyway from time to time.
 */
export const creditsChangedV1 = defineMessage(
  'credits.changed.v1',
  z.looseObject({ accountIds: z.array(z.string()), userIds: z.array(z.string()) }),
);
/** Core NATS: a model was added, changed, retired or priced; whoever keeps the catalogue asks again. */
export const catalogueChangedV1 = defineMessage('catalogue.changed.v1', z.looseObject({ model: z.string() }));
