import { z } from 'zod';
import { sealingKeysSchema } from '@shotloom/sealing';
import { baseConfigSchema, objectStoreConfigSchema, type ObjectStoreEnv } from '@shotloom/service-kit';
import { authConfigSchema } from './auth/auth-config';
import { checkStripe, stripeConfigSchema } from './billing/stripe-settings';
import { chatConfigSchema, checkChat } from './prompts/chat-settings';

const MIB = 1024 * 1024;
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const gatewaySchema = baseConfigSchema.extend({
  /** The public door. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL: z.coerce.number().int().min(2).max(100).default(8),
  /** Prepare statements that run often; see libs/database. */
  DATABASE_PREPARE: z.stringbool().default(true),
  /** How clients reach the door; the origin of every URL that we hand out. `http://HOST:PORT` unless given. */
  PUBLIC_URL: z.url().optional(),
  /** Providers whose models are offered, with commas between them. */
  PROVIDERS_ENABLED: list.default(['animatic']),
  /** The model of routes that may name none: OpenAI's and `/api/v1/videos`. Without it the catalogue's first that can do it. */
  DEFAULT_MODEL: z.string().min(1).optional(),
  /** Where `/media` is proxied to. Not needed behind an ingress that routes it. */
  STORAGE_URL: z.url().optional(),
  /** Where `/ws` and `/api/v1/events` are proxied to. Not needed behind an ingress that routes it. */
  NOTIFIER_URL: z.url().optional(),
  /** The folder with the built console; without it no console is served. */
  CONSOLE_DIR: z.string().optional(),
  UPLOAD_IMAGE_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10 * MIB),
  UPLOAD_VIDEO_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(200 * MIB),
  /** Seconds of an uploaded video, where the plan says nothing. */
  UPLOAD_VIDEO_MAX_SECONDS: z.coerce.number().int().positive().default(60),
  /** Of all living uploads of one user, where the plan says nothing. */
  UPLOAD_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(20 * 1024 * MIB),
  /** How long an order waits for files of other servers that it names. Seconds. */
  IMPORT_WAIT_SECONDS: z.coerce.number().positive().max(55).default(20),
  /** A JSON body must be there within this; an upload may not stand still for it. */
  BODY_SECONDS: z.coerce.number().positive().max(600).default(30),
  /** Origins of other sites that may call the API from a browser. None unless given. */
  CORS_ORIGINS: list.default([]),
  /** Requests in a second from one address (IPv6: its /64) by those who are not signed in; four seconds' worth may be saved up. */
  STRANGER_REQUESTS_PER_SECOND: z.coerce.number().positive().max(10_000).default(50),
  /** Gateways that run beside each other: while Postgres does not answer, each lets this part of a limit through. */
  RATE_LIMIT_REPLICAS: z.coerce.number().int().min(1).max(1_000).default(2),
  /** Signs the addresses that vendors call back at; the same in job-orchestrator. Without it every callback is refused. */
  CALLBACK_SECRET: z.string().min(32).optional(),
});

/** Environment of the gateway. */
export const configSchema = gatewaySchema
  .extend(stripeConfigSchema.shape)
  .extend(chatConfigSchema.shape)
  .superRefine((env, context) => {
    const refuse = (key: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [key], message });
    checkStripe(env, refuse);
    checkChat(env, refuse);
  })
  .and(objectStoreConfigSchema)
  .and(sealingKeysSchema)
  .and(authConfigSchema);
export type Config = z.infer<typeof configSchema>;

/** The origin in every URL that we hand out, without a slash at its end. */
export function publicUrl(config: Pick<Config, 'PUBLIC_URL' | 'HOST' | 'PORT'>): string {
  return (config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`).replace(/\/+$/, '');
}

/** Origins that an address of ours may have: the door's own, and the one that this request came by. */
export function ownOrigins(config: Config, { protocol, host }: { protocol: string; host: string }): string[] {
  return [new URL(publicUrl(config)).origin, `${protocol}://${host}`];
}

/** Origins that signed media links may name: players must be allowed to load from there. */
export function mediaOrigins(env: ObjectStoreEnv): readonly string[] {
  const named = [env.OBJECT_STORE_PUBLIC_URL, env.S3_PUBLIC_ENDPOINT ?? env.S3_ENDPOINT];
  return [...new Set(named.flatMap((url) => (url === undefined ? [] : [new URL(url).origin])))];
}
