import type { FastifyInstance, FastifyReply } from 'fastify';
import { needsCredential, routeFacts } from '../../http/route-facts';
import { findPrincipal } from '../../identity/principal';
import { setRateHeaders, type Counted } from './rate-headers';
import type { RateLimits } from './rate-limits';

/** Proven by a signature before anything is done for them, or limited by the service behind. */
const VERIFIED_OTHERWISE = ['/webhooks/', '/media', '/ws', '/api/v1/events', '/api/v1/health'];
const FAILURE_WAIT_MS = 1_000;

/** Before the key is asked for: who is unknown and may come in all the same, and who has tried too many keys. */
export function limitStrangers(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (needsCredential(request)) {
      if (limits.triedTooOften(request.ip)) throw limits.refuse('failures', FAILURE_WAIT_MS);
      if (routeFacts(request).keyOptional !== true) return;
    }
    const path = request.routeOptions.url ?? '';
    if (VERIFIED_OTHERWISE.some((prefix) => path.startsWith(prefix))) return;
    judge(reply, limits, await limits.countStranger(request.ip));
  });
  fastify.addHook('onResponse', async (request, reply) => {
    if (reply.statusCode === 401 && needsCredential(request)) await limits.countFailure(request.ip);
  });
}

/** After the key is known. */
export function limitCallers(fastify: FastifyInstance, limits: RateLimits): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const principal = findPrincipal(request);
    if (principal) judge(reply, limits, await limits.countCaller(principal));
  });
}

function judge(reply: FastifyReply, limits: RateLimits, counted: readonly Counted[]): void {
  setRateHeaders(reply, counted);
  const refusal = limits.refusal(counted);
  if (refusal) throw refusal;
}
