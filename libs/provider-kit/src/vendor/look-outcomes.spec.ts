import { AppError } from '@shotloom/kernel';
import { decimalText, failedLook } from './look-outcomes';
import { wrongShape } from './read-shape';

it.each([
  [0, '0'],
  [100, '100'],
  [61.2, '61.2'],
  [0.0000001, '0'],
  [1e7, '10000000'],
  [0.1 + 0.2, '0.3'],
])('writes %d as %s', (amount, text) => expect(decimalText(amount)).toBe(text));

it('tells a strange answer from none', () => {
  expect(failedLook(wrongShape('vendor', 'no id', 'accepted')).kind).toBe('unreadable');
  expect(failedLook(new AppError('provider_unavailable', 'gone', {})).kind).toBe('unavailable');
});
