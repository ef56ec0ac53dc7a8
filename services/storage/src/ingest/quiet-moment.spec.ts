import { setTimeout as delay } from 'node:timers/promises';
import { QuietMoment } from './quiet-moment';

describe('a quiet moment', () => {
  it('is there while there is no more urgent work than told', async () => {
    const quiet = new QuietMoment({ busyAbove: 1 });
    await quiet.busy(() => quiet.come());
  });

  it('comes when urgent work ends, also by an error', async () => {
    const quiet = new QuietMoment({ busyAbove: 0 });
    const end = Promise.withResolvers<void>();
    const work = quiet.busy(() => end.promise);
    const order: string[] = [];
    const moment = quiet.come().then(() => order.push('moment'));
    order.push('urgent');
    end.reject(new Error('it went wrong'));
    await expect(work).rejects.toThrow('it went wrong');
    await moment;
    expect(order).toEqual(['urgent', 'moment']);
  });

  it('is not waited for beyond patience', async () => {
    const quiet = new QuietMoment({ busyAbove: 0 });
    const end = Promise.withResolvers<void>();
    const work = quiet.busy(() => end.promise);
    await quiet.come(20);
    end.resolve();
    await work;
  });

  it('is told off to all who wait, and to who comes later, when it is stopped', async () => {
    const quiet = new QuietMoment({ busyAbove: 0 });
    const work = quiet.busy(() => delay(0));
    const moment = quiet.come();
    quiet.stop(new Error('stopping'));
    await expect(moment).rejects.toThrow('stopping');
    await work;
    await expect(quiet.come()).rejects.toThrow('stopping');
  });
});
