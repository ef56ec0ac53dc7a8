import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { MemoryLocker, Server } from '@tus/server';
import type { Principal } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { httpStatus, toProblem } from '@shotloom/service-kit';
import { sendProblem } from '../../http/problem.filter';
import { STREAMS_BODY } from '../../http/route-facts';
import { findPrincipal } from '../../identity/principal';
import type { GatewayParts } from '../../platform/parts';
import { UploadSessions } from '../upload-sessions';
import { ObjectDataStore, type DataStoreParts } from './object-data-store';

export const TUS_PATH = '/api/v1/uploads/tus';
const METHODS = ['OPTIONS', 'HEAD', 'POST', 'PATCH', 'DELETE'] as const;
const BODY_TYPE = 'application/offset+octet-stream';

/**
 * Resumable uploads by the tus protocol, version 1.0. The hooks of all routes ask who it is before anything of a body is read; after
 * them the protocol has the request for itself.
 */
export async function registerTus(
  fastify: FastifyInstance,
  app: NestFastifyApplication,
  { bus, objectStore: store, logger }: GatewayParts,
): Promise<void> {
  const parts: DataStoreParts = { bus, store, logger, sessions: app.get(UploadSessions, { strict: false }) };
  // Of two requests for one upload here the older one is ended; of two on two replicas storage takes one.
  const locker = new MemoryLocker();
  await fastify.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, logger));
    scope.addContentTypeParser(BODY_TYPE, (_request, payload, parsed) => parsed(null, payload));
    for (const url of [TUS_PATH, `${TUS_PATH}/:id`]) {
      scope.route({
        method: [...METHODS],
        url,
        config: STREAMS_BODY,
        handler: (request, reply) => serve(request, reply, locker, parts),
      });
    }
    done();
  });
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  locker: MemoryLocker,
  parts: DataStoreParts,
): Promise<void> {
  const principal = findPrincipal(request);
  if (!principal?.scopes.includes('generate')) {
    throw new AppError('forbidden', 'This needs a key with the scope `generate`.');
  }
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  await serverFor(principal, locker, parts).handle(request.raw, reply.raw);
}

/** One for each request: what it reads and writes is one caller's. */
function serverFor(principal: Principal, locker: MemoryLocker, parts: DataStoreParts): Server {
  return new Server({
    path: TUS_PATH,
    relativeLocation: true,
    datastore: new ObjectDataStore(parts, principal),
    locker,
    namingFunction: () => newId(),
    disableTerminationForFinishedUploads: true,
    // What arrived whole is looked at before its last request is answered; the upload's id finds the asset.
    onUploadFinish: async (_request, { id }) => {
      await parts.sessions.complete(id, principal);
      return {};
    },
    onResponseError: (_request, error) => {
      if (!(error instanceof Error)) return undefined;
      const known = AppError.from(error);
      const errorId = known.code === 'internal' ? newId() : undefined;
      if (errorId !== undefined) parts.logger.error({ err: error, errorId }, 'a resumable upload failed');
      const body = JSON.stringify(toProblem(known, errorId));
      return { status_code: httpStatus(known.code), body };
    },
  });
}
