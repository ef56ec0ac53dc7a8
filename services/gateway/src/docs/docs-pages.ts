import { dirname, join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import { buildOpenApiDocument } from './openapi-document';

const REDOC_PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Shotloom API</title>
    <style>body { margin: 0 } img[src^='https://cdn.'] { display: none }</style>
  </head>
  <body>
    <redoc spec-url="/openapi.json" disable-search="false"></redoc>
    <script src="/redoc/redoc.standalone.js"></script>
  </body>
</html>
`;

/** `/openapi.json`, `/docs` (Swagger UI) and `/redoc`, all from our own disk: they work without the internet. */
export async function registerDocs(app: NestFastifyApplication): Promise<void> {
  // Made at the first visit: most processes are never asked.
  SwaggerModule.setup('docs', app, () => buildOpenApiDocument(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Shotloom API',
    swaggerOptions: { persistAuthorization: false, displayRequestDuration: true },
  });
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.register(fastifyStatic, {
    root: join(dirname(require.resolve('redoc/package.json')), 'bundles'),
    prefix: '/redoc/',
    decorateReply: false,
    index: false,
    wildcard: true,
    allowedPath: (path) => path === '/redoc.standalone.js',
  });
  fastify.get('/redoc', (_request, reply) => reply.type('text/html; charset=utf-8').send(REDOC_PAGE));
}
