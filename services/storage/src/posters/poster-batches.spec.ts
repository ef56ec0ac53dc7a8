import { posterBatches } from './poster-batches';

const MIB = 1024 * 1024;
const hd = (size_bytes: number) => ({ width: 1920, height: 1080, size_bytes });
const sizesOf = (assets: readonly ReturnType<typeof hd>[]): number[] =>
  posterBatches(assets).map((batch) => batch.length);

describe('posterBatches', () => {
  it('takes small videos together, as many as have room in memory', () => {
    expect(sizesOf(Array.from({ length: 8 }, () => hd(MIB)))).toEqual([4, 4]);
    expect(sizesOf([])).toEqual([]);
  });

  it('never has more bytes on the disk than a pod has room for', () => {
    expect(sizesOf([hd(200 * MIB), hd(200 * MIB), hd(200 * MIB)])).toEqual([2, 1]);
    expect(sizesOf([hd(MIB), hd(2_048 * MIB), hd(MIB)])).toEqual([1, 1, 1]);
  });
});
