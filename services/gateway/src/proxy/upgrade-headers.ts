import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { requestId } from '../http/observe-requests';

const PASSED_ON = new Set(['host', 'origin', 'authorization', 'cookie', 'user-agent']);
const PASSED_ON_PREFIX = 'sec-websocket-';

/**
 * What of a handshake notifier gets to see. A list of what is allowed, since a header that means something to the client
 * of Node (`trailer`, `transfer-encoding`, `expect`) would be taken for an order by it.
 */
export function upgradeHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const passed = Object.entries(request.headers).filter(
    ([name, value]) => value !== undefined && (PASSED_ON.has(name) || name.startsWith(PASSED_ON_PREFIX)),
  );
  return {
    ...Object.fromEntries(passed),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'x-forwarded-for': request.socket.remoteAddress ?? '',
    'x-request-id': requestId(request),
  };
}
