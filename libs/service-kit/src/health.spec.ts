import { HealthRegistry } from './health';

it('says which check fails and why', async () => {
  const health = new HealthRegistry();
  health.add('good', () => Promise.resolve());
  health.add('bad', () => Promise.reject(new Error('no connection')));
  expect(await health.ready()).toEqual({ status: 'failing', checks: { good: 'ok', bad: 'no connection' } });
});

it('is not ready while it stops', async () => {
  const health = new HealthRegistry();
  health.beginShutdown();
  expect((await health.ready()).status).toBe('failing');
});

it('refuses two checks of one name', () => {
  const health = new HealthRegistry();
  health.add('nats', () => Promise.resolve());
  expect(() => health.add('nats', () => Promise.resolve())).toThrow('twice');
});
