import { TaskQueue } from './task-queue';

describe('the task queue', () => {
  it('runs up to its bound, in order, and knows when it is idle', async () => {
    const queue = new TaskQueue(2);
    const started: number[] = [];
    const gates: (() => void)[] = [];
    for (const n of [0, 1, 2, 3]) {
      queue.add(() => {
        started.push(n);
        return new Promise((resolve) => (gates[n] = resolve));
      });
    }
    expect(started).toEqual([0, 1]);
    let idle = false;
    const waiting = queue.idle().then(() => (idle = true));
    gates[1]?.();
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([0, 1, 2]);
    expect(idle).toBe(false);
    gates[0]?.();
    gates[2]?.();
    await new Promise((resolve) => setImmediate(resolve));
    gates[3]?.();
    await waiting;
    expect(started).toEqual([0, 1, 2, 3]);
  });

  it('goes on after a task that fails', async () => {
    const queue = new TaskQueue(1);
    const after = jest.fn(() => Promise.resolve());
    queue.add(() => Promise.reject(new Error('x')));
    queue.add(after);
    await queue.idle();
    expect(after).toHaveBeenCalled();
  });
});
