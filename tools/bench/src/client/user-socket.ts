import type { BenchUser } from '../world/users';

/** The socket of all of a user's jobs, opened as a browser would: the key goes in the subprotocol. `baseUrl` is http(s). */
export function openUserSocket(
  baseUrl: string,
  { userId, apiKey }: Pick<BenchUser, 'userId' | 'apiKey'>,
): WebSocket {
  const url = new URL(`/ws/jobs/${userId}`, baseUrl.replace(/^http/, 'ws'));
  return new WebSocket(url, ['shotloom.v1', `shotloom.key.${apiKey}`]);
}
