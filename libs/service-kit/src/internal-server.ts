import { createServer, type Server } from 'node:http';
import type { HealthRegistry } from './health';
import type { MetricsRegistry } from './metrics';

/** Health and metrics on a port of their own, so that no ingress rule can expose them by accident. */
export async function startInternalServer(options: {
  host: string;
  port: number;
  health: HealthRegistry;
  metrics: MetricsRegistry;
}): Promise<Server> {
  const server = createServer((request, response) => {
    const send = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const answer = async (): Promise<void> => {
      switch (request.url) {
        case '/health/live':
          return send(200, 'application/json', '{"status":"ok"}');
        case '/health/ready': {
          const report = await options.health.ready();
          return send(report.status === 'ok' ? 200 : 503, 'application/json', JSON.stringify(report));
        }
        case '/metrics':
          return send(200, options.metrics.contentType, await options.metrics.metrics());
        default:
          return send(404, 'text/plain', 'Only /health/live, /health/ready and /metrics are served here.\n');
      }
    };
    answer().catch((error: unknown) => send(500, 'text/plain', `${String(error)}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => resolve());
  });
  return server;
}
