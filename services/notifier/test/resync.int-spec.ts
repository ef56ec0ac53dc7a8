import { newId } from '@shotloom/kernel';
import { silentLogger, waitFor } from '@shotloom/testing';
import type { FeedStep } from '../src/delivery/job-feed';
import { Resync, type Resyncable } from '../src/delivery/resync';
import { Session } from '../src/delivery/session';
import { Snapshots } from '../src/delivery/snapshots';
import { jobState, USER } from './support/job-fixtures';
import { raiseStage, type Stage } from './support/stage';

let stage: Stage;
beforeAll(async () => {
  stage = await raiseStage();
}, 60_000);
afterAll(() => stage.stop());

class Client implements Resyncable {
  readonly told: string[] = [];
  readonly session = new Session({ userId: USER });
  step(step: FeedStep): void {
    if (step.kind === 'status') this.told.push(`${step.state.jobId} v${step.state.version}`);
  }
  overflow(): void {
    this.told.push('overflow');
  }
}

it('lets nothing that is live overtake what a client is told of the past, also where there is a gap meanwhile', async () => {
  const [early, late, after] = [newId(), newId(), newId()];
  await stage.peers.change(jobState({ jobId: late, version: 2 }));
  const [resuming, watching] = [new Client(), new Client()];
  watching.session.open([], watching);
  const { session } = resuming;
  session.replay({ kind: 'state', state: jobState({ jobId: early, version: 2 }), seq: 5 }, resuming);
  new Resync(new Snapshots(stage.bus), silentLogger()).add([resuming, watching]);
  // Whoever was not behind has the present state again.
  await waitFor(() => watching.told.length > 0, { what: 'the present state' });
  session.receive({ kind: 'state', state: jobState({ jobId: after }), seq: 9 });
  // Who leaves now comes again from the place of the last one told, so all before it have to be told.
  expect(resuming.told).toEqual([`${early} v2`]);
  session.replay({ kind: 'state', state: jobState({ jobId: late, version: 2 }), seq: 7 }, resuming);
  session.open([], resuming);
  expect(resuming.told).toEqual([`${early} v2`, `${late} v2`, `${after} v1`]);
});
