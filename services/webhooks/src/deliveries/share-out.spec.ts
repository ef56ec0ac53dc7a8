import { shareOut, type DueEndpoint } from './share-out';

const limits = { perEndpoint: 4, perAccount: 6 };
const endpoint = (id: string, more: Partial<DueEndpoint> = {}): DueEndpoint => ({
  ...{ id, accountId: id, running: 0, accountRunning: 0, failures: 0 },
  ...more,
});
const shares = (due: DueEndpoint[], room: number): object => Object.fromEntries(shareOut(due, limits, room));

describe('sharing out calls', () => {
  it('gives each its full number where there is room', () => {
    expect(shares([endpoint('a'), endpoint('b', { running: 3, accountRunning: 3 })], 100)).toEqual({
      a: 4,
      b: 1,
    });
  });

  it('goes round, so that whoever comes first does not take all the room', () => {
    expect(shares([endpoint('a'), endpoint('b'), endpoint('c')], 4)).toEqual({ a: 2, b: 1, c: 1 });
  });

  it('bounds an account over all its endpoints', () => {
    const mine = { accountId: 'mine', accountRunning: 1 };
    const due = [endpoint('a', mine), endpoint('b', mine), endpoint('c', mine), endpoint('d')];
    expect(shares(due, 100)).toEqual({ a: 2, b: 2, c: 1, d: 4 });
  });

  it('gives one that only fails one call at a time, and one that is full none', () => {
    const due = [
      endpoint('a', { failures: 3 }),
      endpoint('b', { failures: 9, running: 1 }),
      endpoint('c', { running: 4 }),
    ];
    expect(shares(due, 100)).toEqual({ a: 1 });
  });

  it('gives nothing without room', () => {
    expect(shares([endpoint('a')], 0)).toEqual({});
  });
});
