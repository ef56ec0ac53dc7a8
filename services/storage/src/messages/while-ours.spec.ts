import { RetryLater } from '@shotloom/bus';
import { AppError } from '@shotloom/kernel';
import { whileOurs } from './while-ours';

describe('whileOurs', () => {
  const refusal = new AppError('cancelled', 'stopped');
  const failing = (): Promise<never> => Promise.reject(refusal);

  it('lets an error pass while the delivery is ours', async () => {
    await expect(whileOurs(new AbortController().signal, failing)).rejects.toBe(refusal);
  });

  it('asks for another delivery once it is not', async () => {
    await expect(whileOurs(AbortSignal.abort(), failing)).rejects.toBeInstanceOf(RetryLater);
  });

  it('gives what the work gave', async () => {
    await expect(whileOurs(AbortSignal.abort(), () => Promise.resolve(1))).resolves.toBe(1);
  });
});
