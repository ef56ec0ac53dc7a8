import type { ConsumerSpec } from './topology';
import { attemptCancelledV1, attemptFailedV1, attemptSucceededV1 } from './messages';
import {
  attemptCancelAnsweredV1,
  attemptHintedV1,
  attemptRefusedV1,
  attemptsSeenV1,
  attemptSubmittedV1,
  attemptUncertainV1,
  pollBatchV1,
  workCancelV1,
} from './vendor-messages';
import { providerSpec } from '../catalogue/vendors';
import {
  jobChangedV1,
  limitsChangedV1,
  mediaDeleteV1,
  mediaFailedV1,
  mediaImportV1,
  mediaIngestV1,
  mediaPosterV1,
  mediaRenditionsV1,
  mediaStoredV1,
  retentionChangedV1,
  workSubmitV1,
} from './messages';

/** Every subject is made here, so that a stream's filter and a publisher cannot differ. */
export const subjects = {
  workSubmit: (provider: string) => `work.${provider}.submit`,
  workCancel: (provider: string) => `work.${provider}.cancel`,
  polls: (provider: string) => `polls.${provider}`,
  attempts: (provider: string) => `attempts.${provider}`,
  mediaImport: 'media.import',
  mediaIngest: 'media.ingest',
  mediaDelete: 'media.delete',
  mediaPoster: 'media.poster',
  mediaRenditions: 'media.renditions',
  mediaResults: 'results.media',
  limitsChanged: 'accounts.limits',
  retentionChanged: 'accounts.retention',
  jobs: (userId: string) => `jobs.${userId}`,
  allJobs: 'jobs.>',
  progress: (userId: string) => `progress.${userId}`,
  allProgress: 'progress.>',
  identityRevoked: 'identity.revoked',
  credentialsChanged: 'changed.credentials',
  creditsChanged: 'changed.credits',
  catalogueChanged: 'changed.catalogue',
} as const;

/** Whose jobs a subject that `subjects.jobs` made is about. */
export const userOfJobs = (subject: string): string => subject.slice(subjects.jobs('').length);

/** A dead consumer is noticed after `ackWaitMs`; a living one says `working` at a third of it. */
const RETRIES = {
  ackWaitMs: 10_000,
  maxDeliver: 12,
  backoffMs: [500, 1_000, 2_000, 5_000, 10_000, 30_000],
} as const;

export function workSubmitConsumer(provider: string): ConsumerSpec {
  return {
    stream: 'WORK',
    durable: `${provider}-submit`,
    filter: subjects.workSubmit(provider),
    ...RETRIES,
    contracts: [workSubmitV1],
  };
}

export function workCancelConsumer(provider: string): ConsumerSpec {
  return {
    stream: 'WORK',
    durable: `${provider}-cancel`,
    filter: subjects.workCancel(provider),
    ...RETRIES,
    contracts: [workCancelV1],
  };
}

/** A poll is delivered once: the planner asks again anyway, and a late answer is worth little. */
export function pollsConsumer(provider: string): ConsumerSpec {
  return {
    stream: 'POLLS',
    durable: `${provider}-polls`,
    filter: subjects.polls(provider),
    ackWaitMs: 60_000,
    maxDeliver: 1,
    backoffMs: [500],
    isExpendable: true,
    contracts: [pollBatchV1],
  };
}

/**
 * What was reported once is not asked again: a report must outlast an outage of the database, not only a hiccup (about three quarters
 * of an hour of tries).
 */
const PATIENT = { ...RETRIES, maxDeliver: 100 } as const;

export const attemptsConsumer: ConsumerSpec = {
  stream: 'ATTEMPTS',
  durable: 'job-orchestrator-attempts',
  filter: 'attempts.>',
  ...PATIENT,
  contracts: [
    attemptSucceededV1,
    attemptFailedV1,
    attemptCancelledV1,
    attemptSubmittedV1,
    attemptRefusedV1,
    attemptUncertainV1,
    attemptsSeenV1,
    attemptHintedV1,
    attemptCancelAnsweredV1,
  ],
};
export const mediaResultsConsumer: ConsumerSpec = {
  stream: 'RESULTS',
  durable: 'job-orchestrator-media',
  filter: subjects.mediaResults,
  ...PATIENT,
  contracts: [mediaStoredV1, mediaFailedV1],
};
export const limitsConsumer: ConsumerSpec = {
  stream: 'ACCOUNTS',
  durable: 'job-orchestrator-limits',
  filter: subjects.limitsChanged,
  ...PATIENT,
  contracts: [limitsChangedV1],
};
export const mediaIngestConsumer: ConsumerSpec = {
  stream: 'MEDIA',
  durable: 'storage-ingest',
  filter: subjects.mediaIngest,
  ...RETRIES,
  contracts: [mediaIngestV1],
};
/** A user waits: what a server does not give in some tries within about a minute is reported as failed. */
export const mediaImportConsumer: ConsumerSpec = {
  stream: 'MEDIA',
  durable: 'storage-import',
  filter: subjects.mediaImport,
  ...RETRIES,
  maxDeliver: 5,
  contracts: [mediaImportV1],
};
export const mediaDeleteConsumer: ConsumerSpec = {
  stream: 'MEDIA',
  durable: 'storage-delete',
  filter: subjects.mediaDelete,
  ...RETRIES,
  contracts: [mediaDeleteV1],
};
export const mediaPosterConsumer: ConsumerSpec = {
  stream: 'MEDIA',
  durable: 'storage-poster',
  filter: subjects.mediaPoster,
  ...RETRIES,
  contracts: [mediaPosterV1],
};
/** A durable of their own, so that none of them is before an ingest. Few tries: what fails twice is mostly the video's own fault. */
export const mediaRenditionsConsumer: ConsumerSpec = {
  stream: 'MEDIA',
  durable: 'storage-renditions',
  filter: subjects.mediaRenditions,
  ...RETRIES,
  maxDeliver: 4,
  backoffMs: [5_000, 30_000, 120_000],
  contracts: [mediaRenditionsV1],
};
export const retentionConsumer: ConsumerSpec = {
  stream: 'ACCOUNTS',
  durable: 'storage-retention',
  filter: subjects.retentionChanged,
  ...PATIENT,
  contracts: [retentionChangedV1],
};

/**
 * Job events for webhooks. The stream keeps them for a week and forgets what nobody took, so they are tried for that long: waits come near
 * their longest soon, and a hundred of a minute or more are hours of an outage of Postgres.
 */
export const webhookEventsConsumer: ConsumerSpec = {
  stream: 'JOBS',
  durable: 'webhooks-events',
  filter: subjects.allJobs,
  ...PATIENT,
  backoffMs: [500, 2_000, 10_000, 60_000, 300_000],
  maxDeliver: 1_000,
  contracts: [jobChangedV1],
};

/** All durables of an installation with these providers; what the topology job creates before any worker starts. */
export function consumersFor(providers: readonly string[]): readonly ConsumerSpec[] {
  const own = [
    attemptsConsumer,
    mediaResultsConsumer,
    limitsConsumer,
    mediaIngestConsumer,
    mediaImportConsumer,
    mediaDeleteConsumer,
    mediaPosterConsumer,
    mediaRenditionsConsumer,
    retentionConsumer,
    webhookEventsConsumer,
  ];
  const polled = providers.filter((provider) => providerSpec(provider).kind === 'poll');
  return [
    ...own,
    ...providers.map(workSubmitConsumer),
    ...polled.flatMap((provider) => [workCancelConsumer(provider), pollsConsumer(provider)]),
  ];
}
