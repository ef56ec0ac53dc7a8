import { stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VERSION } from '../version';

const RESERVED = /^\/(api|media|s|ws|v1|docs|redoc|openapi\.json|webhooks|health|paths|uploads)(\/|$)/;
/** Vite puts a hash of the content into these names. */
const HASHED = /^\/assets\//;

/** The console's files, its pages (which are all `index.html`), and what it reads at its start. */
export async function registerConsole(fastify: FastifyInstance, folder: string | undefined): Promise<void> {
  fastify.get('/config.json', (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ apiBaseUrl: '', version: VERSION }),
  );
  if (folder === undefined) return;
  await fastify.register(fastifyStatic, { root: folder, serve: false, cacheControl: false });
  fastify.get('/*', (request, reply) => answer(folder, request, reply));
}

async function answer(folder: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const notFound = (): FastifyReply => {
    reply.callNotFound();
    return reply;
  };
  const path = readPath(request.url);
  if (path === null || RESERVED.test(path)) return notFound();
  if (await isFile(folder, path)) {
    const keep = HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache';
    return reply.header('cache-control', keep).sendFile(path.slice(1));
  }
  if (!wantsPage(request, path)) return notFound();
  return reply.header('cache-control', 'no-cache').sendFile('index.html');
}

/** Null for what cannot be decoded, or would leave the folder. */
export function readPath(url: string): string | null {
  try {
    const path = normalize(decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '/'));
    const hidden = path.split(/[/\\]/).some((part) => part.startsWith('.'));
    return hidden || path.includes('\0') || !path.startsWith('/') ? null : path;
  } catch {
    return null;
  }
}

async function isFile(folder: string, path: string): Promise<boolean> {
  const full = join(folder, path);
  if (!full.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`)) return false;
  return stat(full).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** A browser that goes to an address of the console, and not one that misses a script or a picture. */
function wantsPage(request: FastifyRequest, path: string): boolean {
  return extname(path) === '' && (request.headers.accept ?? '').includes('text/html');
}
