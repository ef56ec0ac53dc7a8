import cors from '@fastify/cors';
import helmet, { type FastifyHelmetOptions } from '@fastify/helmet';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { mediaOrigins, publicUrl, type Config } from '../config';

/**
 * Headers that keep a browser from doing what our pages never need. Other sites get no access unless named. Those of helmet do not
 * depend on the request, so they are asked for once.
 */
export async function registerSecurityHeaders(fastify: FastifyInstance, config: Config): Promise<void> {
  const headers = await headersOfHelmet(config);
  fastify.addHook('onRequest', (_request, reply, done) => {
    void reply.headers(headers);
    done();
  });
  if (config.CORS_ORIGINS.length > 0) {
    await fastify.register(cors, {
      origin: [...config.CORS_ORIGINS],
      methods: [...METHODS],
      exposedHeaders: [...EXPOSED],
    });
  }
}

/** What scripts of named sites may ask for: everything that there is a route for. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What scripts of named sites may read of an answer. */
const EXPOSED = [
  'location',
  'x-request-id',
  'retry-after',
  'idempotency-replayed',
  'ratelimit',
  'ratelimit-policy',
];

/** What every answer has that helmet has no part in. */
const OTHERS = new Set([
  'content-type',
  'content-length',
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
]);

/** What helmet puts on an answer, seen on one of a server that listens to nobody. */
async function headersOfHelmet(config: Config): Promise<Record<string, string>> {
  const probe = createFastify();
  await probe.register(helmet, helmetOptions(config));
  probe.get('/', () => '');
  const { headers } = await probe.inject('/');
  await probe.close();
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      OTHERS.has(name) || value === undefined ? [] : [[name, String(value)]],
    ),
  );
}

function helmetOptions(config: Config): FastifyHelmetOptions {
  const media = [...mediaOrigins(config)];
  const overTls = publicUrl(config).startsWith('https:');
  return {
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
  };
}
