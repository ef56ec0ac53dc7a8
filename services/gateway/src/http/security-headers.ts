import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { mediaOrigins, publicUrl, type Config } from '../config';

/** Headers that keep a browser from doing what our pages never need. Other sites get no access unless named. */
export async function registerSecurityHeaders(fastify: FastifyInstance, config: Config): Promise<void> {
  const media = [...mediaOrigins(config)];
  const overTls = publicUrl(config).startsWith('https:');
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        scriptSrc: ["'self'"],
        // Swagger UI and Redoc write style elements of their own.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:', ...media],
        mediaSrc: ["'self'", 'blob:', ...media],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", ...media],
        workerSrc: ["'self'", 'blob:'],
      },
    },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
    hsts: overTls ? { maxAge: 31_536_000, includeSubDomains: false } : false,
  });
  if (config.CORS_ORIGINS.length > 0) {
    await fastify.register(cors, {
      origin: [...config.CORS_ORIGINS],
      exposedHeaders: [
        'location',
        'x-request-id',
        'retry-after',
        'idempotency-replayed',
        'ratelimit',
        'ratelimit-policy',
      ],
    });
  }
}
