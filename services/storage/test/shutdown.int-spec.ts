import { describeAssetsRpc } from '@shotloom/contracts';
import { AppError, newId } from '@shotloom/kernel';
import { raiseStage, type Stage } from './support/stage';

describe('stopping', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await raiseStage();
  }, 120_000);
  afterAll(() => stage.stop());

  it('gives who asks meanwhile an answer or the news that nobody is there, never a failure from within', async () => {
    const question = { userId: newId(), assetIds: [newId()], expiresInSeconds: 60 };
    let answers = 0;
    const askUntilRefused = async (): Promise<string> => {
      for (;;) {
        const code = await stage.bus.request(describeAssetsRpc, question).then(
          () => undefined,
          (error: unknown) => AppError.from(error).code,
        );
        if (code !== undefined) return code;
        answers += 1;
      }
    };
    const asking = Promise.all(Array.from({ length: 16 }, askUntilRefused));
    await stage.bus.request(describeAssetsRpc, question);
    await stage.shutdown.run();
    expect(new Set(await asking)).toEqual(new Set(['unavailable']));
    expect(answers).toBeGreaterThan(0);
    // What takes work in stops first; what all of it needs, last.
    expect(stage.shutdown.taken).toEqual([
      'media',
      'posters',
      'messages',
      'sweeper',
      'outbox',
      'bus',
      'database',
    ]);
  });
});
