import { AppError } from '@shotloom/kernel';
import { beforeCreate, sharedDeadline } from './before-create';

const call = { credential: { id: 'c', version: 1, fields: {} }, timeoutMs: 1_000 };

it('makes a refusal of every failure before a create', async () => {
  const lost = new AppError('provider_unavailable', 'lost', { outcome: 'unknown', retryable: true });
  await expect(beforeCreate(Promise.reject(lost))).rejects.toMatchObject({
    ...{ code: 'provider_unavailable', outcome: 'refused', retryable: true },
  });
});

it('gives each call what the ones before it left, and orders nothing when that is nothing', () => {
  const now = jest.spyOn(performance, 'now').mockReturnValue(5_000);
  const next = sharedDeadline('vendor', call, 30_000);
  expect(next().timeoutMs).toBe(1_000);
  now.mockReturnValue(5_900);
  expect(next().timeoutMs).toBe(100);
  now.mockReturnValue(6_000);
  expect(next).toThrow(expect.objectContaining({ code: 'provider_timeout', outcome: 'refused' }) as Error);
  now.mockRestore();
});
