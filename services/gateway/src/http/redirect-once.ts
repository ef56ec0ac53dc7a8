import type { FastifyReply } from 'fastify';

/** Leads to a link that expires, so that nobody may keep the redirect. */
export function redirectOnce(reply: FastifyReply, url: string): void {
  void reply.header('cache-control', 'no-store').redirect(url, 302);
}
