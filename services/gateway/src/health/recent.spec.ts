import { recent } from './recent';

describe('recent', () => {
  it('asks once for all who ask at the same moment, and then not before its time is over', async () => {
    let time = 0;
    let runs = 0;
    const ask = recent(
      () => Promise.resolve((runs += 1)),
      1_000,
      () => time,
    );
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    time = 999;
    expect(await ask()).toBe(1);
    time = 1_000;
    expect(await Promise.all([ask(), ask()])).toEqual([2, 2]);
  });

  it('keeps no failure', async () => {
    const answers = [() => Promise.reject(new Error('away')), () => Promise.resolve('there')];
    const ask = recent(() => answers.shift()?.() ?? Promise.resolve('late'), 1_000);
    await expect(ask()).rejects.toThrow('away');
    expect(await ask()).toBe('there');
  });
});
