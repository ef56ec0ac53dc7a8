import type { IncomingMessage } from 'node:http';
import type { Bus } from '@shotloom/bus';
import { verifyCredentialRpc, type JobState, type Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { readAddress } from '../auth/address';
import { readCredential, type Credential, type HeldCredential } from '../auth/credential';
import type { FanOut } from '../delivery/fan-out';
import { Session, type Scope } from '../delivery/session';
import type { Snapshots } from '../delivery/snapshots';
import type { Places } from './places';

/** A request that may become a socket: who it is, what it watches, and the present state of that. */
export interface Admission {
  readonly credential: HeldCredential;
  readonly session: Session;
  readonly snapshot: readonly JobState[];
  /** Gives back what was taken for it. May be called twice. */
  release(): void;
}

export interface AdmissionOptions {
  readonly bus: Pick<Bus, 'request'>;
  readonly fanOut: FanOut;
  readonly snapshots: Snapshots;
  readonly places: Places;
  readonly publicUrl: string | undefined;
}

/**
 * Decides about an upgrade before it happens. Throws `not_found` (no such address, no such job, another user's job: all
 * look the same), `unauthorized`, `forbidden`, `rate_limited` or `unavailable`.
 */
export async function admit(request: IncomingMessage, options: AdmissionOptions): Promise<Admission> {
  const address = readAddress(request.url);
  if (!address) throw notFound();
  const { credential, userId } = await authenticate(request, address.query, options);
  const scope = address.id === userId ? { userId } : { userId, jobId: address.id };
  return enter(scope, credential, options);
}

/** The caller may read jobs; throws `unauthorized`, `forbidden` or `unavailable` otherwise. */
export async function authenticate(
  request: IncomingMessage,
  query: URLSearchParams,
  { bus, publicUrl }: Pick<AdmissionOptions, 'bus' | 'publicUrl'>,
): Promise<{ readonly credential: HeldCredential; readonly userId: string }> {
  const credential = readCredential(request.headers, query, publicUrl);
  const principal = credential && (await verify(bus, credential));
  if (!credential || !principal) throw unauthorized();
  if (!principal.scopes.some((scope) => scope === 'read' || scope === 'admin')) {
    throw new AppError('forbidden', 'This key may not read jobs. Use one with the scope "read".');
  }
  const { userId, keyId, sessionId } = principal;
  return { credential: { ...credential, userId, keyId, sessionId }, userId };
}

/** The session listens before the snapshot is read, so nothing can fall between the two. */
async function enter(
  scope: Scope,
  credential: HeldCredential,
  options: AdmissionOptions,
): Promise<Admission> {
  const { fanOut, places, snapshots } = options;
  const leave = places.take(scope.userId);
  const session = new Session(scope);
  fanOut.add(session);
  const release = (): void => {
    fanOut.remove(session);
    leave();
  };
  try {
    const snapshot = await orUnavailable(snapshots.read(scope), 'The state of the jobs');
    if (!snapshot) throw notFound();
    return { credential, session, snapshot, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function verify(bus: Pick<Bus, 'request'>, credential: Credential): Promise<Principal | null> {
  const { principal } = await orUnavailable(bus.request(verifyCredentialRpc, credential), 'Your key');
  return principal;
}

/** Another service's outage is no news for a client, and its words name our insides. */
export async function orUnavailable<T>(answer: Promise<T>, what: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const message = `${what} cannot be looked up right now. Try again in a few seconds.`;
    throw new AppError('unavailable', message, { retryable: true, cause: error });
  }
}

const notFound = (): AppError =>
  new AppError(
    'not_found',
    'There is nothing to watch here: use /ws/jobs/{id} with your user id or a job of yours.',
  );
const unauthorized = (): AppError =>
  new AppError(
    'unauthorized',
    'Give a valid API key or access token (Authorization: Bearer), or an unused ticket (?ticket=).',
  );
