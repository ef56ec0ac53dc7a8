import { AppError } from '@shotloom/kernel';
import {
  failedLook,
  isTerminal,
  wrongShape,
  type PollAnswer,
  type PollOutcome,
  type TaskRef,
  type VendorCall,
} from '@shotloom/provider-kit';
import type { ReplicateClient } from './client';
import { PROVIDER } from './errors';
import { readPrediction, type PredictionView } from './outcome';

/** What one poll takes: of the newest hundred predictions most are listed in one call. */
export const MAX_POLL = 20;
/** From so many tasks on the list is cheaper than a call for each. */
const LIST_FROM = 5;

/** Asks about at most `MAX_POLL` tasks. Never rejects. */
export async function pollSome(
  client: ReplicateClient,
  tasks: readonly TaskRef[],
  call: VendorCall,
): Promise<PollAnswer[]> {
  const underWay = tasks.length < LIST_FROM ? new Map<string, PollOutcome>() : await listed(client, call);
  return Promise.all(
    tasks.map(async ({ attemptId, vendorTaskId }): Promise<PollAnswer> => {
      if (vendorTaskId === null) return { attemptId, vendorTaskId, outcome: notAskable() };
      const outcome = underWay.get(vendorTaskId) ?? (await pollOne(client, vendorTaskId, call));
      return { attemptId, vendorTaskId, outcome };
    }),
  );
}

/** Those that go on. Whatever has ended, or is strange, is asked for by itself: whether the list tells results is not documented. */
async function listed(client: ReplicateClient, call: VendorCall): Promise<ReadonlyMap<string, PollOutcome>> {
  try {
    const views = (await client.newest(call)).map(readPrediction).filter((view) => view !== null);
    const going = views.filter(({ outcome }) => outcome.kind === 'running');
    return new Map(going.map(({ id, outcome }) => [id, outcome]));
  } catch {
    // Its failure says nothing of any task: each is asked for, and tells what is wrong.
    return new Map();
  }
}

async function pollOne(client: ReplicateClient, id: string, call: VendorCall): Promise<PollOutcome> {
  try {
    const body = await client.prediction(id, call);
    if (body === null) return { kind: 'notFound' };
    const view = readPrediction(body);
    if (view === null) throw wrongShape(PROVIDER, 'there is no prediction in the answer', 'accepted');
    if (view.id !== id) throw wrongShape(PROVIDER, 'it is another prediction', 'accepted');
    return view.outcome;
  } catch (error) {
    return failedLook(error);
  }
}

/** What the vendor says of a prediction that was to stop. Throws where it cannot be asked. */
export async function cancelOne(
  client: ReplicateClient,
  id: string,
  call: VendorCall,
): Promise<'cancelled' | 'requested' | 'tooLate'> {
  const view = await askToStop(client, id, call);
  if (view.stopped) return 'cancelled';
  return isTerminal(view.outcome) ? 'tooLate' : 'requested';
}

/** Where the stop was refused, or its answer lost, the prediction itself says whether it has ended. */
async function askToStop(client: ReplicateClient, id: string, call: VendorCall): Promise<PredictionView> {
  try {
    const view = readPrediction(await client.cancel(id, call));
    if (view?.id === id) return view;
    throw wrongShape(PROVIDER, 'there is no prediction in the answer', 'accepted');
  } catch (error) {
    const view = readPrediction(await client.prediction(id, call).catch(() => null));
    if (view?.id === id && isTerminal(view.outcome)) return view;
    throw error;
  }
}

const notAskable = (): PollOutcome => ({
  kind: 'unavailable',
  error: new AppError(
    'provider_failed',
    'Replicate finds a prediction by its own id only, which was lost with its answer.',
    { provider: PROVIDER, retryable: true },
  ),
});
