import { advisoryLockClass, OUTBOX_PARTITIONS, partitionOf } from './outbox-partition';

it('never changes: rows in flight were hashed by the release before', () => {
  expect(['', 'a', 'job-1', '作业'].map(partitionOf)).toEqual(['', 'a', 'job-1', '作业'].map(partitionOf));
  expect([partitionOf(''), partitionOf('a'), partitionOf('foobar')]).toEqual([0x5, 0xc, 0x8]);
});

it('spreads keys over all partitions', () => {
  const counts = new Array<number>(OUTBOX_PARTITIONS).fill(0);
  for (let index = 0; index < 16_000; index += 1) {
    const partition = partitionOf(`0198c0de-0000-7000-8000-${String(index).padStart(12, '0')}`);
    counts[partition] = (counts[partition] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(700);
  expect(Math.max(...counts)).toBeLessThan(1_300);
});

it('gives lock numbers that fit a signed 32-bit integer', () => {
  for (const purpose of ['shotloom.outbox.jobs', 'shotloom.outbox.media', 'x']) {
    const lockClass = advisoryLockClass(purpose);
    expect(lockClass).toBe(lockClass | 0);
  }
});
