import { z } from 'zod';
import { baseConfigSchema } from '@shotloom/service-kit';

/** Environment of the notifier. */
export const configSchema = baseConfigSchema.extend({
  /** Where `/ws` is served. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3003),
  /** Put before the API path of a video when storage cannot sign a link; without it the path is relative. */
  PUBLIC_URL: z.url().optional(),
  /** Sockets that one user may have open on this replica. */
  SOCKETS_PER_USER: z.coerce.number().int().min(1).default(50),
  /** A client that lets more than this wait unread is cut. Bytes. */
  SOCKET_BUFFER_BYTES: z.coerce.number().int().min(1_024).default(1_048_576),
  /** A client that answers no ping for this long is cut. Milliseconds. */
  PING_INTERVAL_MS: z.coerce.number().int().min(10).default(25_000),
  /** A socket of one job is closed this long after the job's end. Milliseconds. */
  LINGER_MS: z.coerce.number().int().min(0).default(30_000),
  /** How often balances that are shown are asked about again, where the news of a change was lost. Milliseconds. */
  CREDITS_CHECK_INTERVAL_MS: z.coerce.number().int().min(10).default(30_000),
  /** How often the keys of open sockets are checked again, so that a revoked one ends its sockets. Milliseconds. */
  KEY_CHECK_INTERVAL_MS: z.coerce.number().int().min(10).default(60_000),
});
export type Config = z.infer<typeof configSchema>;
