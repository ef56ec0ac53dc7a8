import type { FastifyRequest } from 'fastify';
import { actorOf, type Actor } from '../audit/audit-log';

/** Who is at the other end of a sign-in, as far as they say. */
export interface Client {
  readonly address: string;
  /** What the browser or program calls itself, cut to a length that is kept. */
  readonly device: string | null;
  readonly actor: Actor;
}

const DEVICE_LENGTH = 200;

export function clientOf(request: FastifyRequest): Client {
  const agent = request.headers['user-agent'];
  return {
    address: request.ip,
    // A header may hold what Postgres does not take as text.
    device: agent === undefined ? null : agent.replace(/[^\x20-\x7e]/g, '?').slice(0, DEVICE_LENGTH),
    actor: actorOf(request),
  };
}
