import { Pace } from './pace';

describe('the pace of groups', () => {
  let now = 0;
  beforeEach(() => {
    now = 1_000;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
  });
  afterEach(() => jest.restoreAllMocks());

  /** So many groups, one after the other, each of which takes so long. */
  function work(pace: Pace, groups: number, ms: number): void {
    for (let group = 0; group < groups; group += 1) {
      const ended = pace.start();
      now += ms;
      ended();
    }
  }

  it('lets the first start at once, and keeps the least distance while work is quick', () => {
    const pace = new Pace({ leastMs: 8, mostMs: 40 });
    expect(pace.earlyMs).toBeLessThanOrEqual(0);
    work(pace, 20, 2);
    expect(pace.earlyMs).toBe(8 - 2);
  });

  it('keeps more distance where work takes longer, up to the most, and less again afterwards', () => {
    const pace = new Pace({ leastMs: 8, mostMs: 40 });
    work(pace, 40, 12);
    expect(pace.earlyMs).toBeCloseTo(2 * 12 - 12, 1);
    work(pace, 40, 100);
    const ended = pace.start();
    expect(pace.earlyMs).toBe(40);
    ended();
    work(pace, 40, 1);
    expect(pace.earlyMs).toBe(8 - 1);
  });

  it('keeps more distance yet where the work may have a smaller share of the time', () => {
    const pace = new Pace({ leastMs: 0, mostMs: 30_000, times: 50 });
    work(pace, 40, 4);
    expect(pace.earlyMs).toBeCloseTo(50 * 4 - 4, 0);
    work(pace, 40, 2_000);
    expect(pace.earlyMs).toBe(30_000 - 2_000);
  });

  it('keeps nobody waiting after a quiet time, however long work took before', () => {
    const pace = new Pace({ leastMs: 8, mostMs: 40 });
    work(pace, 40, 100);
    now += 40;
    expect(pace.earlyMs).toBeLessThanOrEqual(0);
  });

  it('calls back once when it is no longer early, and lets who asks then begin', () => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    try {
      const pace = new Pace({ leastMs: 8, mostMs: 40 });
      const again = jest.fn();
      expect(pace.postpone(again)).toBe(false);
      pace.start()();
      expect([pace.postpone(again), pace.postpone(again)]).toEqual([true, true]);
      jest.advanceTimersByTime(7);
      expect(again).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      expect(again).toHaveBeenCalledTimes(1);
      now += 8;
      expect(pace.postpone(again)).toBe(false);
    } finally {
      jest.useRealTimers();
    }
  });
});
