import type { IncomingMessage } from 'node:http';
import type { Bus } from '@shotloom/bus';
import { verifyCredentialRpc, type JobState, type Principal } from '@shotloom/contracts';
import { AppError } from '@shotloom/kernel';
import { readAddress } from '../auth/address';
import { readCredential, type Credential, type HeldCredential } from '../auth/credential';
import { orUnavailable } from '../auth/or-unavailable';
import type { FanOut } from '../delivery/fan-out';
import { Session, type Scope } from '../delivery/session';
import type { Beginning, CatchUp } from '../resume/catch-up';
import type { Places } from './places';

/** A request that may become a socket: who it is, what it watches, and where it begins. */
export interface Admission {
  readonly credential: HeldCredential;
  readonly session: Session;
  readonly start: SocketStart;
  /** Gives back what was taken for it. May be called twice. */
  release(): void;
}

/** A socket is told the present state; one that asks for it goes on where it was, and its messages say where that is. */
export type SocketStart =
  | { readonly kind: 'present'; readonly present: readonly JobState[] }
  | ({ readonly kind: 'resume' } & Beginning);

export interface AdmissionOptions {
  readonly bus: Pick<Bus, 'request'>;
  readonly fanOut: FanOut;
  readonly catchUp: CatchUp;
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
  // Empty on the first visit.
  const lastEventId = address.query.get('last_event_id') ?? undefined;
  return enter(scope, credential, lastEventId, options);
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
  lastEventId: string | undefined,
  options: AdmissionOptions,
): Promise<Admission> {
  const { fanOut, places } = options;
  const leave = places.take(scope.userId);
  const session = new Session(scope);
  fanOut.add(session);
  const release = (): void => {
    fanOut.remove(session);
    leave();
  };
  try {
    const start = await begin(scope, lastEventId, options);
    return { credential, session, start, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function begin(
  scope: Scope,
  lastEventId: string | undefined,
  { catchUp }: AdmissionOptions,
): Promise<SocketStart> {
  if (lastEventId === undefined) return { kind: 'present', present: await catchUp.present(scope) };
  return { kind: 'resume', ...(await catchUp.begin(scope, lastEventId)) };
}

async function verify(bus: Pick<Bus, 'request'>, credential: Credential): Promise<Principal | null> {
  const { principal } = await orUnavailable(bus.request(verifyCredentialRpc, credential), 'Your key');
  return principal;
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
