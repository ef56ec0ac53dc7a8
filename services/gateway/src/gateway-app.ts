import multipart from '@fastify/multipart';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { NestLogger } from '@shotloom/service-kit';
import { Cookies } from './auth/cookies';
import { registerJwks } from './auth/jwks';
import { SessionVerifier } from './auth/session-verifier';
import { readBatchCsv } from './batches/batch-csv';
import { Billing } from './billing/billing';
import { registerStripeWebhook } from './billing/stripe-webhook';
import { registerCallbacks } from './callbacks/callbacks';
import { registerConsole } from './console/console-files';
import { registerDocs } from './docs/docs-pages';
import { publicUrl } from './config';
import { GatewayModule } from './gateway.module';
import { JSON_LIMIT_BYTES } from './http/failure';
import { answerClientError } from './http/client-error';
import { registerJsonBody } from './http/json-body';
import { observeRequests, requestId } from './http/observe-requests';
import { traceRequests } from './http/trace-requests';
import { ProblemFilter, sendProblem } from './http/problem.filter';
import { registerSecurityHeaders } from './http/security-headers';
import { endSilentConnections } from './http/silent-connections';
import { endSlowBodies } from './http/slow-bodies';
import { validationPipe } from './http/validation';
import { authenticateRequests } from './identity/authentication';
import { Credentials } from './identity/credentials';
import { limitCallers, limitStrangers } from './limits/rate/limit-requests';
import { RateLimits } from './limits/rate/rate-limits';
import { Settings } from './platform/settings';
import type { GatewayParts } from './platform/parts';
import { registerTus } from './uploads/tus/register-tus';
import { registerEventsProxy } from './proxy/events-proxy';
import { registerMediaProxy } from './proxy/media-proxy';
import { registerSocketTunnel } from './proxy/socket-tunnel';
import { registerSharePages } from './shares/share-pages';

/** The headers of a request; what it says after them is a matter of its route. */
const HEADERS_TIMEOUT_MS = 15_000;
const LOOK_FOR_LATE_MS = 5_000;

/** The public door, put together but not listening yet. */
export async function createGatewayApp(parts: GatewayParts): Promise<NestFastifyApplication> {
  const { config, logger, metrics } = parts;
  const adapter = new FastifyAdapter({
    logger: false,
    bodyLimit: JSON_LIMIT_BYTES,
    requestIdHeader: false,
    genReqId: requestId,
    multipart: false,
    // An address that anybody may claim is nobody's.
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
    // What the router refuses never reaches the filter.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendProblem(error, request, reply, logger),
    clientErrorHandler: answerClientError,
    http: { headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: LOOK_FOR_LATE_MS },
    routerOptions: { maxParamLength: 200 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(GatewayModule.of(parts), adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(logger));
  const fastify = adapter.getInstance();
  traceRequests(fastify);
  observeRequests(fastify, logger, metrics);
  endSilentConnections(fastify);
  endSlowBodies(fastify, config.BODY_SECONDS * 1000, logger);
  registerJsonBody(fastify, readBatchCsv);
  await registerSecurityHeaders(fastify, config);
  const rateLimits = app.get(RateLimits, { strict: false });
  limitStrangers(fastify, rateLimits);
  authenticateRequests(fastify, {
    credentials: app.get(Credentials, { strict: false }),
    sessions: app.get(SessionVerifier, { strict: false }),
    cookies: app.get(Cookies, { strict: false }),
    ownOrigin: new URL(publicUrl(config)).origin,
  });
  limitCallers(fastify, rateLimits);
  await fastify.register(multipart);
  registerJwks(fastify, app);
  await registerStripeWebhook(fastify, app.get(Billing, { strict: false }), parts);
  await registerCallbacks(fastify, parts);
  await registerSharePages(fastify, parts, app.get(Settings, { strict: false }));
  await registerTus(fastify, app, parts);
  if (config.STORAGE_URL !== undefined) await registerMediaProxy(fastify, config.STORAGE_URL, logger);
  if (config.NOTIFIER_URL !== undefined) {
    registerSocketTunnel(fastify, config.NOTIFIER_URL, logger);
    await registerEventsProxy(fastify, config.NOTIFIER_URL, logger);
  }
  await registerDocs(app);
  await registerConsole(fastify, config.CONSOLE_DIR);
  await app.init();
  await fastify.ready();
  return app;
}
