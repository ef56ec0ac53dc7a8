import { z } from 'zod';

/** Fields that every service reads. Extend with `.extend({...})`. Booleans are `z.stringbool()`, never coerced. */
export const baseConfigSchema = z.object({
  NATS_URL: z.string().min(1).default('nats://127.0.0.1:4222'),
  /** Where health and metrics listen; never exposed to the internet. */
  INTERNAL_PORT: z.coerce.number().int().min(0).max(65_535).default(9090),
  HOST: z.string().min(1).default('127.0.0.1'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  /** How long running work may take to finish after SIGTERM. Seconds; the pod's grace period must be longer. */
  SHUTDOWN_SECONDS: z.coerce.number().positive().default(25),
});
export type BaseConfig = z.infer<typeof baseConfigSchema>;

/** Where objects are kept: the same variables in every service that touches the store. */
export const objectStoreConfigSchema = z
  .object({
    OBJECT_STORE_KIND: z.enum(['file', 's3']).default('s3'),
    OBJECT_STORE_BUCKET: z.string().min(3).default('shotloom'),
    OBJECT_STORE_PATH: z.string().optional(),
    OBJECT_STORE_PUBLIC_URL: z.url().optional(),
    OBJECT_STORE_SIGNING_SECRET: z.string().min(32).optional(),
    /** Of files: whether a write waits until the disk has it. False is faster, and a loss of power may take the latest objects. */
    OBJECT_STORE_SYNC: z.stringbool().default(true),
    S3_ENDPOINT: z.url().optional(),
    S3_PUBLIC_ENDPOINT: z.url().optional(),
    S3_REGION: z.string().optional(),
    S3_ACCESS_KEY: z.string().optional(),
    S3_SECRET_KEY: z.string().optional(),
  })
  .superRefine((value, context) => {
    const needed =
      value.OBJECT_STORE_KIND === 'file'
        ? (['OBJECT_STORE_PATH', 'OBJECT_STORE_PUBLIC_URL', 'OBJECT_STORE_SIGNING_SECRET'] as const)
        : (['S3_ENDPOINT', 'S3_ACCESS_KEY', 'S3_SECRET_KEY'] as const);
    for (const key of needed) {
      if (value[key] === undefined) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: `is needed when OBJECT_STORE_KIND is ${value.OBJECT_STORE_KIND}`,
        });
      }
    }
  });
export type ObjectStoreEnv = z.infer<typeof objectStoreConfigSchema>;

export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`The configuration is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** Reads the environment once. Lists every problem at once, and never prints a value: it may be a secret. */
export function loadConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv = process.env): z.infer<S> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const result = schema.safeParse(present);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
