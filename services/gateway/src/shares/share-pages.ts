import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openShareRpc, type OpenedShare } from '@shotloom/contracts';
import { mediaOrigins, publicUrl } from '../config';
import { sendProblem } from '../http/problem.filter';
import { redirectOnce } from '../http/redirect-once';
import { LINK_SECONDS } from '../jobs/jobs';
import type { GatewayParts } from '../platform/parts';
import type { Settings } from '../platform/settings';
import { wordsFor } from './page-words';
import { gonePage, pagePolicy, sharePage } from './share-page';
import { sharePath } from './share-resource';

interface ShareRoute {
  Params: { token: string };
}
type Parts = Pick<GatewayParts, 'bus' | 'config' | 'logger'>;
type Door = (request: FastifyRequest<ShareRoute>, reply: FastifyReply) => Promise<void>;

const TOKEN = /^[\w-]{43}$/;

/**
 * `GET /s/:token` and the doors of its file. For people without a credential: none is read, no cookie is set. What does not open is one
 * page, whatever the reason. Nothing may be kept on the way, so that a revoked link is closed at once.
 */
export async function registerSharePages(
  fastify: FastifyInstance,
  parts: Parts,
  settings: Settings,
): Promise<void> {
  const policy = pagePolicy(mediaOrigins(parts.config));
  const open = async (request: FastifyRequest<ShareRoute>): Promise<OpenedShare | null> => {
    const { token } = request.params;
    if (!TOKEN.test(token)) return null;
    const question = { token, expiresInSeconds: LINK_SECONDS };
    return (await parts.bus.request(openShareRpc, question, { correlationId: request.id })).share;
  };
  const gone: Door = async (request, reply) => {
    void asPage(reply, policy, false)
      .code(404)
      .send(gonePage(wordsFor(request.headers['accept-language'])));
  };
  /** A file of the share, or nothing where it has none. */
  const door =
    (urlOf: (share: OpenedShare) => string | null): Door =>
    async (request, reply) => {
      const share = await open(request);
      const url = share && urlOf(share);
      if (url === null) return gone(request, reply);
      redirectOnce(reply, url);
    };
  const page: Door = async (request, reply) => {
    const share = await open(request);
    if (!share) return gone(request, reply);
    const indexed = share.inGallery && (await settings.current()).gallery === 'public';
    const shown = {
      ...{ ...share, indexed, origin: publicUrl(parts.config), path: sharePath(request.params.token) },
      ...{ hasPoster: share.posterUrl !== null, allowDownload: share.downloadUrl !== null },
    };
    void asPage(reply, policy, indexed).send(sharePage(shown, wordsFor(request.headers['accept-language'])));
  };
  await fastify.register((scope, _options, done) => {
    scope.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, parts.logger));
    scope.get<ShareRoute>('/s/:token', page);
    scope.get<ShareRoute>(
      '/s/:token/video',
      door(({ videoUrl }) => videoUrl),
    );
    scope.get<ShareRoute>(
      '/s/:token/poster',
      door(({ posterUrl }) => posterUrl),
    );
    scope.get<ShareRoute>(
      '/s/:token/download',
      door(({ downloadUrl }) => downloadUrl),
    );
    done();
  });
}

function asPage(reply: FastifyReply, policy: string, indexed: boolean): FastifyReply {
  return reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    vary: 'accept-language',
    ...(indexed ? {} : { 'x-robots-tag': 'noindex' }),
  });
}
