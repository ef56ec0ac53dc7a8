import { z } from 'zod';
import { defineRpc, errorRecordSchema } from '../bus/rpc';
import { credentialRefSchema, vendorTaskRefSchema } from '../attempt/vendor-outcome';
import { videoRequestSchema } from '../job/record';

/** The contract of each provider is made once: zod compiles a schema when it is used first, which takes longer than to use it. */
function onePerProvider<C>(make: (provider: string) => C): (provider: string) => C {
  const made = new Map<string, C>();
  return (provider) => {
    const known = made.get(provider) ?? make(provider);
    made.set(provider, known);
    return known;
  };
}

/**
 * The fence before a vendor call: `submitting -> sending`, once. Not granted means: do not send. A worker that was granted reports
 * `attempt.submitted`, `attempt.refused` or `attempt.uncertain` under the fence; silence becomes uncertain after `sendSeconds`.
 */
export const beginSubmitRpc = defineRpc(
  'rpc.job-orchestrator.begin-submit',
  z.object({ attemptId: z.string(), workerId: z.string() }),
  z.discriminatedUnion('granted', [
    z.object({
      granted: z.literal(true),
      fence: z.int().positive(),
      jobId: z.string(),
      ownerUserId: z.string(),
      request: videoRequestSchema,
      credential: credentialRefSchema,
      /** Where the vendor may call back, with the attempt's id and an HMAC; null where we cannot be reached. */
      callbackUrl: z.string().nullable(),
      /** The submit, inputs included, must be answered and reported within this; counted from the question. */
      sendSeconds: z.number().positive(),
    }),
    z.object({
      granted: z.literal(false),
      /** `creates_spent`: the key has no order left in this minute; the attempt is offered again. */
      reason: z.enum(['unknown_attempt', 'begun', 'ended', 'cancelled', 'creates_spent']),
    }),
  ]),
);

/** What a callback's URL names. Null: no such attempt, or it has ended for good. */
export const attemptRefRpc = defineRpc(
  'rpc.job-orchestrator.attempt-ref',
  z.object({ attemptId: z.string(), provider: z.string() }),
  z.object({ attempt: z.object({ credential: credentialRefSchema, task: vendorTaskRefSchema }).nullable() }),
);

/** Asked by the gateway of a provider's workers: read this callback. Signatures are over the raw bytes. */
export const providerCallbackRpc = onePerProvider((provider) =>
  defineRpc(
    `rpc.provider.${provider}.callback`,
    z.object({
      attemptId: z.string(),
      /** Base64 of at most 256 KiB. */
      rawBody: z.string(),
      /** Names in lower case. */
      headers: z.record(z.string(), z.string()),
    }),
    z.object({
      /** `taken`: acted upon. `refused`: a wrong signature or no readable body. `unknown`: no such attempt. */
      verdict: z.enum(['taken', 'refused', 'unknown']),
      reason: z.string(),
      /** What the vendor wants to read in the answer, for example its challenge; null or left out: nothing. */
      reply: z.record(z.string(), z.string()).nullish(),
    }),
    8_000,
  ),
);

/** A key at a vendor with its secrets. Asked by that provider's workers only; the bus's permissions see to it. */
export const credentialSecretRpc = onePerProvider((provider) =>
  defineRpc(
    `rpc.gateway.credential.${provider}`,
    credentialRefSchema,
    z.object({
      credential: z
        .object({
          id: z.string(),
          version: z.int().positive(),
          fields: z.record(z.string(), z.string()),
          /** Instead of the provider's own base URL. */
          baseUrl: z.string().nullable(),
        })
        .nullable(),
    }),
    3_000,
  ),
);

/** The keys that attempts of a provider may be pinned to, without their secrets. Asked by job-orchestrator. */
export const listCredentialsRpc = defineRpc(
  'rpc.gateway.list-credentials',
  z.object({ provider: z.string() }),
  z.object({
    credentials: z.array(
      z.object({
        id: z.string(),
        version: z.int().positive(),
        /** Null: the operator's, for everybody. Else only for this user's jobs, which pay no vendor credits with it. */
        ownerUserId: z.string().nullable(),
        enabled: z.boolean(),
        /** Tasks that may be in flight under it; null where only the provider's own limit holds. */
        concurrency: z.int().positive().nullable(),
        /** The shortest wait between looks that the owner of the key wants; never below the provider's own. */
        pollSeconds: z.int().positive().nullable().optional(),
        /** Hard caps in millionths of a US dollar, by UTC day and month; null where there is none. */
        dayCapMicros: z.int().nonnegative().nullable().optional(),
        monthCapMicros: z.int().nonnegative().nullable().optional(),
      }),
    ),
  }),
);

/** Calls that cost nothing, to see whether a key works; answers within ten seconds. Asked of the provider's workers. */
export const testConnectionRpc = (provider: string) =>
  defineRpc(
    `rpc.provider.${provider}.test-connection`,
    credentialRefSchema,
    z.object({
      ok: z.boolean(),
      checks: z.array(z.object({ what: z.string(), ok: z.boolean(), detail: z.string() })),
      error: errorRecordSchema.nullable(),
    }),
    12_000,
  );
