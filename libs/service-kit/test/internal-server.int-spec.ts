import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createMetrics, HealthRegistry, startInternalServer } from '@shotloom/service-kit';

let server: Server;
const health = new HealthRegistry();
let broken = false;
health.add('thing', () => (broken ? Promise.reject(new Error('it is broken')) : Promise.resolve()));

beforeAll(async () => {
  server = await startInternalServer({ host: '127.0.0.1', port: 0, health, metrics: createMetrics('test') });
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const get = (path: string): Promise<Response> =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);

it('is live, is ready as long as its checks pass, and says why not', async () => {
  expect((await get('/health/live')).status).toBe(200);
  expect((await get('/health/ready')).status).toBe(200);
  broken = true;
  const failing = await get('/health/ready');
  expect(failing.status).toBe(503);
  expect(await failing.json()).toMatchObject({ checks: { thing: 'it is broken' } });
});

it('serves metrics with the name of the service', async () => {
  expect(await (await get('/metrics')).text()).toContain('service="test"');
});

it('serves nothing else', async () => {
  expect((await get('/')).status).toBe(404);
});
