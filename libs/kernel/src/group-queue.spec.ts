import { GroupQueue, type GroupQueueOptions } from './group-queue';

describe('a queue of groups', () => {
  /** Remembers the groups, and ends each when told. */
  function watched(options: GroupQueueOptions) {
    const groups: string[][] = [];
    const ends: (() => void)[] = [];
    const queue = new GroupQueue<string, string>(options, async (items) => {
      groups.push([...items]);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (items.includes('bad')) throw new Error('it is bad');
      return items.map((item) => item.toUpperCase());
    });
    const endAll = async (): Promise<void> => {
      for (let turn = 0; turn < 50; turn += 1) {
        ends.splice(0).forEach((end) => end());
        await Promise.resolve();
      }
    };
    return { queue, groups, endAll };
  }

  it('takes what comes while a group is worked on as the next, up to its size', async () => {
    const { queue, groups, endAll } = watched({ groups: 1, items: 3 });
    const first = queue.add('a');
    await Promise.resolve();
    const rest = ['b', 'c', 'd', 'e'].map((item) => queue.add(item));
    await Promise.all([endAll(), first, ...rest]);
    expect(groups).toEqual([['a'], ['b', 'c', 'd'], ['e']]);
    expect(await Promise.all([first, ...rest])).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('tries the items of a group that failed alone', async () => {
    const { queue, groups, endAll } = watched({ groups: 1, items: 3 });
    const results = Promise.allSettled(['a', 'bad', 'c'].map((item) => queue.add(item)));
    await Promise.resolve();
    await endAll();
    expect(
      (await results).map((result) => (result.status === 'fulfilled' ? result.value : 'failed')),
    ).toEqual(['A', 'failed', 'C']);
    expect(groups.slice(1)).toEqual([['a'], ['bad'], ['c']]);
  });

  it('works on no more groups at the same time than told', async () => {
    const { queue, groups, endAll } = watched({ groups: 2, items: 1 });
    const all = ['a', 'b', 'c'].map((item) => queue.add(item));
    await Promise.resolve();
    expect(groups).toEqual([['a'], ['b']]);
    await Promise.all([endAll(), ...all]);
    expect(groups).toHaveLength(3);
  });

  it('starts a group at once after a quiet time, and the next a distance later with all that came', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    try {
      const { queue, groups, endAll } = watched({ groups: 2, items: 10, pace: { leastMs: 30, mostMs: 30 } });
      const first = queue.add('a');
      await Promise.resolve();
      expect(groups).toEqual([['a']]);
      const rest = ['b', 'c'].map((item) => queue.add(item));
      await endAll();
      await jest.advanceTimersByTimeAsync(29);
      expect(groups).toHaveLength(1);
      await jest.advanceTimersByTimeAsync(1);
      expect(groups).toEqual([['a'], ['b', 'c']]);
      await Promise.all([endAll(), first, ...rest]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('keeps no distance before a group that is full', async () => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] });
    try {
      const { queue, groups, endAll } = watched({ groups: 2, items: 2, pace: { leastMs: 30, mostMs: 30 } });
      const added = [queue.add('a')];
      await Promise.resolve();
      added.push(...['b', 'c', 'd'].map((item) => queue.add(item)));
      await endAll();
      expect(groups).toEqual([['a'], ['b', 'c']]);
      await jest.advanceTimersByTimeAsync(30);
      expect(groups).toEqual([['a'], ['b', 'c'], ['d']]);
      await Promise.all([endAll(), ...added]);
    } finally {
      jest.useRealTimers();
    }
  });
});
