import { KeptHead } from './kept-head';

const MIB = 1024 * 1024;

describe('the head of a video that is kept', () => {
  it('holds what has flowed by, up to a MiB', () => {
    const head = new KeptHead();
    head.add(Buffer.from('abc'));
    head.add(Buffer.from('def'));
    expect(head.bytes.toString()).toBe('abcdef');
    head.add(Buffer.alloc(2 * MIB, 'x'));
    head.add(Buffer.from('more'));
    expect(head.bytes).toHaveLength(MIB);
    head.close();
  });

  it('shares its memory with nobody before it is given back, and changes nothing after that', () => {
    const first = new KeptHead();
    const second = new KeptHead();
    first.add(Buffer.from('first'));
    second.add(Buffer.from('second'));
    expect([first.bytes.toString(), second.bytes.toString()]).toEqual(['first', 'second']);
    first.close();
    first.close();
    const third = new KeptHead();
    const fourth = new KeptHead();
    third.add(Buffer.from('third'));
    fourth.add(Buffer.from('fourth'));
    first.add(Buffer.from('late'));
    expect([third.bytes.toString(), fourth.bytes.toString()]).toEqual(['third', 'fourth']);
    expect(first.bytes).toHaveLength(0);
  });
});
