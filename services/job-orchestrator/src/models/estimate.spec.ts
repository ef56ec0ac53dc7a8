import fc from 'fast-check';
import { estimateProgress } from './estimate';

it('begins at nothing, never falls, and never says that it is done', () => {
  const seconds = fc.double({ min: 0, max: 100_000, noNaN: true });
  fc.assert(
    fc.property(seconds, seconds, fc.double({ min: 0.1, max: 5_000, noNaN: true }), (one, other, usual) => {
      const [earlier, later] = [Math.min(one, other), Math.max(one, other)];
      expect(estimateProgress(earlier, usual)).toBeLessThanOrEqual(estimateProgress(later, usual));
      expect(estimateProgress(later, usual)).toBeLessThan(0.93);
    }),
  );
  expect(estimateProgress(0, 60)).toBe(0);
});

it('is at about four fifths when the usual time is over', () => {
  expect(estimateProgress(60, 60)).toBeCloseTo(0.78, 1);
});
