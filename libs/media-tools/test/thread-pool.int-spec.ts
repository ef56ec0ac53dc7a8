import { waitFor } from '@shotloom/testing';
import { ThreadPool } from '../src/thread-pool';

describe('ThreadPool', () => {
  it('lends a thread again', async () => {
    const pool = new ThreadPool(1);
    const thread = await pool.take();
    await pool.giveBack(thread, true);
    expect(await pool.take()).toBe(thread);
    await pool.giveBack(thread, false);
  });

  it('ends a thread that nobody has needed for a while, and starts another when one is needed', async () => {
    const pool = new ThreadPool(1, 20);
    const thread = await pool.take();
    await pool.giveBack(thread, true);
    await waitFor(() => thread.threadId === -1, { what: 'the end of the idle thread' });
    expect(pool.idleCount).toBe(0);
    const next = await pool.take();
    expect(next).not.toBe(thread);
    await pool.giveBack(next, false);
  });
});
