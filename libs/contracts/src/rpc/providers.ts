import { z } from 'zod';
import { credentialRefSchema } from '../attempt/vendor-outcome';
import { defineRpc, errorRecordSchema } from '../bus/rpc';
import { modelSpecSchema } from '../catalogue/model';

const micros = z.int().nonnegative();

const createsSchema = z.int().positive().nullable();

const limitsSchema = z.object({
  /** Attempts at a time; null: what the catalogue says. */
  concurrency: z.int().nonnegative().nullable(),
  userConcurrency: z.int().min(1).max(100).nullable(),
  /** Calls under one credential; both or neither. */
  requestsPerMinute: z.number().positive().nullable(),
  requestsBurst: z.int().positive().nullable(),
  /** Orders of a video under one credential in any minute; a release that does not know of them says nothing. */
  createsPerMinute: createsSchema.default(null),
  /** Attempts at a time by model, for those that have a limit. */
  models: z.record(z.string(), z.int().nonnegative()),
});
export type ProviderLimits = z.infer<typeof limitsSchema>;

const providerNowSchema = z.object({
  provider: z.string(),
  /** Jobs that wait for an attempt, counted up to 10,000, and the age of the oldest in seconds. */
  waiting: z.int(),
  oldestWaitingSeconds: z.number(),
  /** Attempts under way. */
  inFlight: z.int(),
  /** Share of attempts that failed, 0 to 1, over about the last quarter of an hour; null where none ended. */
  errorRate: z.number().min(0).max(1).nullable(),
  pausedReason: z.string().nullable(),
  /** Why the last pass of the scheduler could not start all that waits. */
  waitingReason: z.string().nullable(),
  limits: limitsSchema,
  breakers: z.array(
    z.object({
      credentialId: z.string(),
      state: z.string(),
      reason: z.string().nullable(),
      retryAt: z.iso.datetime().nullable(),
    }),
  ),
});
export type ProviderNow = z.infer<typeof providerNowSchema>;

/** How every provider does: those that the catalogue knows, and those that have work or settings. */
export const listProvidersRpc = defineRpc(
  'rpc.job-orchestrator.providers',
  z.object({}),
  z.object({ providers: z.array(providerNowSchema) }),
);

/** Sets what is given and leaves the rest; null takes a limit away. Errors: `not_found`, `invalid_input`. */
export const setProviderLimitsRpc = defineRpc(
  'rpc.job-orchestrator.ops-set-limits',
  z.object({
    provider: z.string(),
    limits: limitsSchema.partial().extend({
      createsPerMinute: createsSchema.optional(),
      models: z.record(z.string(), z.int().nonnegative().nullable()).optional(),
    }),
  }),
  z.object({ limits: limitsSchema }),
);

export const SPEND_KEYS = ['provider', 'credential', 'model', 'day'] as const;

/**
 * What was spent at vendors, in millionths of a US dollar, from the first day to the last (UTC, both included): what vendors reported,
 * and for attempts under way or without a report what was reserved. The dearest first; by day, the newest first. At most 1,000 rows.
 */
export const spendRpc = defineRpc(
  'rpc.job-orchestrator.spend',
  z.object({
    by: z.enum(SPEND_KEYS),
    from: z.iso.date(),
    to: z.iso.date(),
    provider: z.string().optional(),
    credentialIds: z.array(z.guid()).max(200).optional(),
  }),
  z.object({
    rows: z.array(z.object({ key: z.string(), micros: z.int(), attempts: z.int(), delivered: z.int() })),
  }),
);

/** What credentials have spent in the present UTC day and month, and whether a cap has paused them. */
export const credentialSpendRpc = defineRpc(
  'rpc.job-orchestrator.credential-spend',
  z.object({ credentialIds: z.array(z.guid()).max(200) }),
  z.object({
    /** `YYYY-MM-DD`, UTC, on the database's clock. */
    day: z.iso.date(),
    credentials: z.array(
      z.object({
        credentialId: z.string(),
        dayMicros: z.int(),
        monthMicros: z.int(),
        pause: z
          .object({ period: z.enum(['day', 'month']), until: z.iso.datetime(), capMicros: micros })
          .nullable(),
      }),
    ),
  }),
);

/**
 * A credential was saved, switched or taken away. A rotated one gets another chance at once: its breaker closes. Asking twice changes
 * nothing more. The event beside it reaches the other replicas.
 */
export const credentialChangedRpc = defineRpc(
  'rpc.job-orchestrator.credential-changed',
  z.object({
    provider: z.string(),
    credentialId: z.guid(),
    /** Null: the operator's. */
    ownerUserId: z.guid().nullable(),
    /** Whether it has another secret now, or an operator says that it works again. */
    renewed: z.boolean(),
  }),
  z.object({ noted: z.literal(true) }),
);

/** Which of these versions attempts under way, or looks at the vendor, still need. */
export const credentialUseRpc = defineRpc(
  'rpc.job-orchestrator.credential-use',
  z.object({ credentials: z.array(credentialRefSchema).max(500) }),
  z.object({ used: z.array(credentialRefSchema) }),
);

/** What is left at the vendor under a key, in the vendor's own units. Asked of the provider's workers. */
export const balanceRpc = (provider: string) =>
  defineRpc(
    `rpc.provider.${provider}.balance`,
    credentialRefSchema,
    z.object({
      balance: z
        .object({
          lines: z.array(
            z.object({
              name: z.string(),
              /** Decimal strings. */
              remaining: z.string(),
              total: z.string().nullable(),
              unit: z.string(),
              usable: z.boolean(),
              expiresAt: z.iso.datetime().nullable(),
            }),
          ),
          note: z.string().nullable(),
        })
        .nullable(),
      error: errorRecordSchema.nullable(),
    }),
    12_000,
  );

/** Every model as it is offered now: those of this release, with what the operator added, changed, retired and priced. */
export const catalogueRpc = defineRpc(
  'rpc.gateway.catalogue',
  z.object({}),
  z.object({ models: z.array(modelSpecSchema).max(1_000) }),
);
