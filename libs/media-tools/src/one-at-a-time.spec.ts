import { oneAtATime } from './one-at-a-time';

describe('oneAtATime', () => {
  it('begins the next only when the one before has ended, well or badly', async () => {
    const story: string[] = [];
    const inTurn = oneAtATime();
    const work = (name: string, fails: boolean) => async (): Promise<string> => {
      story.push(`${name} begins`);
      await Promise.resolve();
      story.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const results = await Promise.allSettled([inTurn(work('a', true)), inTurn(work('b', false))]);
    expect(story).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  });
});
