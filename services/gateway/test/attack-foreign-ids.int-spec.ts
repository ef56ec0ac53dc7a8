import { randomBytes } from 'node:crypto';
import { newId } from '@shotloom/kernel';
import { waitFor } from '@shotloom/testing';
import { PLANNED_ROUTES } from '../src/planned/planned-routes';
import { BillingFixture } from './billing-fixture';
import { documentedRoutes, pathOf, type DocumentedRoute } from './documented-routes';
import { EngineRoom } from './engine-room';
import { GalleryHall } from './gallery-hall';
import { call, type Answer } from './gateway-fixture';
import { addPerson, SIGNING_KEY, signIn, type TestPerson } from './sign-in-fixture';
import { WebhookDesk } from './webhook-desk';

/**
 * Asks for what belongs to somebody else, on every route of the document that has an id. A route without an entry below fails: say
 * whose its id is.
 */
jest.setTimeout(60_000);

interface Someone extends TestPerson {
  /** The access token of a session, which may do all that its person may. */
  readonly apiKey: string;
  /** An organisation of theirs. */
  readonly organisation: string;
}

/** Something that belongs to somebody, and how they use it. */
interface Belonging {
  readonly params: Readonly<Record<string, string>>;
  readonly body?: object;
  /** What its owner is answered. */
  readonly ok: number;
}
type Arrange = (owner: Someone) => Promise<Belonging>;

let fixture: BillingFixture;
let routes: readonly DocumentedRoute[];
let webhooks: WebhookDesk;
let hall: GalleryHall;
let owner: Someone;
let stranger: Someone;
/** A plain member of the owner's organisation, which pays for both at the moment. */
let colleague: Someone;

beforeAll(async () => {
  fixture = await BillingFixture.start({
    AUTH_SIGNING_KEY: SIGNING_KEY,
    CREDENTIALS_KEY: randomBytes(32).toString('base64'),
    PROVIDERS_ENABLED: 'animatic,kling',
  });
  new EngineRoom(fixture.gateway.backstage);
  webhooks = new WebhookDesk(fixture.gateway.backstage);
  hall = new GalleryHall(fixture.gateway.backstage);
  routes = await documentedRoutes(fixture.gateway);
  [owner, stranger, colleague] = await Promise.all([
    someone('owner'),
    someone('stranger'),
    someone('colleague'),
  ]);
  await join(owner.organisation, colleague.userId, 'member');
  for (const { apiKey } of [owner, colleague]) {
    await use({ apiKey }, 'POST', `/api/v1/accounts/${owner.organisation}/activate`);
  }
});
afterAll(() => fixture.close());

const use = async (by: { apiKey: string }, method: string, path: string, json?: object): Promise<Answer> => {
  const answer = await call(fixture.gateway, path, by, { method, ...(json ? { json } : {}) });
  if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.text}`);
  return answer;
};
const idOf = (answer: Answer): string => String(answer.body['id']);

async function someone(name: string): Promise<Someone> {
  const person = await addPerson(fixture.gateway, `${name}@test.local`);
  const { access } = await signIn(fixture.gateway, person.email);
  const organisation = idOf(await use(access, 'POST', '/api/v1/accounts', { name }));
  return { ...person, ...access, organisation };
}

async function join(accountId: string, userId: string, role: 'owner' | 'member'): Promise<void> {
  await fixture.gateway.database.sql
    .insertInto('identity.memberships')
    .values({ account_id: accountId, user_id: userId, role })
    .execute();
}

const ofOrganisation =
  (ok: number, body?: object): Arrange =>
  async (by) => {
    const id = idOf(await use(by, 'POST', '/api/v1/accounts', { name: 'Another' }));
    // So that its maker may leave.
    await join(id, (await addPerson(fixture.gateway, `${newId()}@test.local`)).userId, 'owner');
    return { params: { id }, ok, ...(body ? { body } : {}) };
  };

const ofMember =
  (ok: number, body?: object): Arrange =>
  async (by) => {
    const { userId } = await addPerson(fixture.gateway, `${newId()}@test.local`);
    await join(by.organisation, userId, 'member');
    return { params: { id: by.organisation, userId }, ok, ...(body ? { body } : {}) };
  };

const ofJob =
  (ok: number, what: { finished?: boolean; body?: object } = {}): Arrange =>
  async (by) => {
    const json = { prompt: 'a lighthouse', model: 'animatic:animatic-1' };
    const id = idOf(await use(by, 'POST', '/api/v1/generate/text-to-video', json));
    const { backstage } = fixture.gateway;
    if (what.finished) {
      const video = backstage.addVideo(by);
      backstage.decorate(video);
      backstage.finish(id, video);
    }
    return { params: { id }, ok, ...(what.body ? { body: what.body } : {}) };
  };

const ofShare =
  (ok: number): Arrange =>
  async (by) => {
    const { params } = await ofJob(200, { finished: true })(by);
    await use(by, 'POST', `/api/v1/jobs/${String(params['id'])}/share`, {});
    return { params, ok };
  };

const ofKey =
  (ok: number): Arrange =>
  async (by) => ({ params: { id: idOf(await use(by, 'POST', '/api/v1/api-keys', { name: 'a' })) }, ok });

/** Another test may have switched the account a moment ago; the gateway may take a second to know. */
async function knownToWorkThere(by: Someone): Promise<void> {
  const { account_id: account } = await fixture.gateway.database.sql
    .selectFrom('identity.users')
    .select('account_id')
    .where('id', '=', by.userId)
    .executeTakeFirstOrThrow();
  const known = async (): Promise<unknown> => (await use(by, 'GET', '/api/v1/me')).body['account_id'];
  await waitFor(async () => (await known()) === account, { what: 'the account that is worked in' });
}

const ofWebhook =
  (ok: number, body?: object): Arrange =>
  async (by) => {
    await knownToWorkThere(by);
    const json = { url: 'https://hooks.example.com/', event_types: ['*'] };
    const id = idOf(await use(by, 'POST', '/api/v1/webhooks', json));
    return { params: { id }, ok, ...(body ? { body } : {}) };
  };

const ofUpload =
  (ok: number): Arrange =>
  async (by) => {
    const json = { content_type: 'image/png', size_bytes: 1_000 };
    return { params: { id: idOf(await use(by, 'POST', '/api/v1/uploads', json)) }, ok };
  };

const ofBatch =
  (ok: number): Arrange =>
  async (by) => {
    const row = { operation: 'text-to-video', prompt: 'a lighthouse', model: 'animatic:animatic-1' };
    const id = idOf(await use(by, 'POST', '/api/v1/batches', { rows: [row] }));
    return { params: { id }, ok };
  };

const ofAsset =
  (ok: number): Arrange =>
  (by) =>
    Promise.resolve({ params: { id: fixture.gateway.backstage.addAsset(by).assetId }, ok });

/** By operation. */
const BELONGINGS: Readonly<Record<string, Arrange>> = {
  rotateApiKey: ofKey(201),
  deleteApiKey: ofKey(204),
  endSession: async (by) => ({
    params: { id: (await signIn(fixture.gateway, by.email)).sessionId },
    ok: 204,
  }),
  getAccount: ofOrganisation(200),
  changeAccount: ofOrganisation(200, { name: 'Renamed' }),
  activateAccount: ofOrganisation(200),
  leaveAccount: ofOrganisation(204),
  listMembers: ofOrganisation(200),
  changeMember: ofMember(200, { monthly_credit_limit: 5 }),
  removeMember: ofMember(204),
  listInvitations: ofOrganisation(200),
  createInvitation: ofOrganisation(201, { email: 'guest@test.local' }),
  revokeInvitation: async (by) => {
    const json = { email: `${newId()}@test.local` };
    const path = `/api/v1/accounts/${by.organisation}/invitations`;
    return {
      params: { id: by.organisation, invitationId: idOf(await use(by, 'POST', path, json)) },
      ok: 204,
    };
  },
  getJob: ofJob(200),
  deleteJob: ofJob(204, { finished: true }),
  cancelJob: ofJob(202),
  retryJob: ofJob(202, { finished: true, body: {} }),
  getJobLog: ofJob(200),
  getJobVideo: ofJob(302, { finished: true }),
  getJobLinks: ofJob(200, { finished: true }),
  shareJob: ofJob(200, { finished: true, body: {} }),
  getShare: ofShare(200),
  revokeShare: ofShare(204),
  deleteComment: async (by) => {
    const { params } = await ofShare(200)(by);
    return { params: { id: hall.addComment(by.userId, String(params['id'])) }, ok: 204 };
  },
  getJobThumbnail: ofJob(302, { finished: true }),
  getJobPreview: ofJob(302, { finished: true }),
  getJobSpritesheet: ofJob(302, { finished: true }),
  getJobThumbnailTrack: ofJob(200, { finished: true }),
  getBatch: ofBatch(200),
  cancelBatch: ofBatch(202),
  getAsset: ofAsset(200),
  deleteAsset: ofAsset(204),
  getAssetFile: ofAsset(302),
  getSoraVideo: ofJob(200),
  getSoraVideoFile: async (by) => {
    const { params, ...rest } = await ofJob(302, { finished: true })(by);
    return { params: { name: String(params['id']) }, ...rest };
  },
  getTurboJob: ofJob(200),
  getOpenAiVideo: ofJob(200),
  deleteOpenAiVideo: ofJob(200, { finished: true }),
  getOpenAiVideoContent: ofJob(302, { finished: true }),
  remixOpenAiVideo: ofJob(200, { finished: true, body: { prompt: 'the same at night' } }),
  getUpload: ofUpload(200),
  completeUpload: ofUpload(200),
  deleteUpload: ofUpload(204),
  getWebhook: ofWebhook(200),
  changeWebhook: ofWebhook(200, { enabled: false }),
  deleteWebhook: ofWebhook(204),
  rotateWebhookSecret: ofWebhook(200),
  testWebhook: ofWebhook(202),
  enableWebhook: ofWebhook(200),
  listWebhookDeliveries: ofWebhook(200),
  redeliverWebhook: async (by) => {
    const { params, ok } = await ofWebhook(202)(by);
    return { params: { ...params, deliveryId: webhooks.addFailed(params['id'] ?? '') }, ok };
  },
  redeliverFailedWebhooks: ofWebhook(202, { since: '2026-11-27T05:00:00.000Z' }),
  getCheckout: async (by) => ({ params: { id: (await fixture.open(by, 'credits-500')).id }, ok: 200 }),
};

/** What the id names is the platform's and open to whoever may use the route; people's own things are behind other ids. */
const NOBODYS: readonly string[] = [
  // A model of the catalogue.
  'getModel',
  'getOpenAiModel',
  // A provider; the configuration is the caller's own, and no address leads to another's.
  'getProviderConfig',
  'saveProviderConfig',
  'deleteProviderConfig',
  'testProviderConnection',
  'getProviderBalance',
  // What somebody put into the gallery for everybody to see.
  'likeGalleryEntry',
  'unlikeGalleryEntry',
  'listComments',
  'addComment',
  'reportGalleryEntry',
  'reportComment',
  // An issuer that the operator named.
  'startIssuerSignIn',
  'finishIssuerSignIn',
  // There is nothing behind these yet, whoever asks.
  ...PLANNED_ROUTES.filter(({ path }) => path.includes(':id')).map(({ id }) => id),
];
/** Their roles are tried in admin.int-spec, for every route of the document. */
const isAdmin = ({ path }: DocumentedRoute): boolean => path.startsWith('/api/v1/admin/');

const routeOf = (id: string): DocumentedRoute => {
  const found = routes.find((route) => route.id === id);
  if (!found) throw new Error(`The document has no operation ${id}: take it out here.`);
  return found;
};

/** The answer without what names the thing that was asked for. */
async function asked(
  by: { apiKey: string },
  route: DocumentedRoute,
  { params, body }: Pick<Belonging, 'params' | 'body'>,
): Promise<{ status: number; said: string }> {
  const json = body ?? (route.example === undefined ? undefined : {});
  const answer = await call(fixture.gateway, pathOf(route, params), by, {
    method: route.method,
    ...(json ? { json } : {}),
  });
  const said = Object.values(params).reduce((text, id) => text.replaceAll(id, '<id>'), answer.text);
  return { status: answer.status, said: `${answer.headers.get('content-type')} ${said}` };
}

const unknown = (params: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(params).map((name) => [name, newId()]));

it('knows whose the ids of every route are', () => {
  const withIds = routes.filter((route) => route.params.length > 0 && !isAdmin(route));
  expect(withIds.map(({ id }) => id).sort()).toEqual([...Object.keys(BELONGINGS), ...NOBODYS].sort());
});

describe.each(Object.entries(BELONGINGS))('%s', (id, arrange) => {
  it('is for its owner; a stranger cannot even tell whether it is there', async () => {
    const route = routeOf(id);
    const belonging = await arrange(owner);
    const key = await fixture.gateway.addUser(['generate', 'read']);
    for (const by of [stranger, key]) {
      const foreign = await asked(by, route, belonging);
      expect([403, 404]).toContain(foreign.status);
      expect(foreign).toEqual(await asked(by, route, { ...belonging, params: unknown(belonging.params) }));
    }
    // Nothing was changed by those who tried, and it is really there.
    expect((await asked(owner, route, belonging)).status).toBe(belonging.ok);
  });
});

const PERSONAL = ['Key', 'Session', 'Job', 'Asset', 'Video', 'Webhook', 'Share', 'Comment', 'Batch'];
it.each(Object.entries(BELONGINGS).filter(([id]) => PERSONAL.some((what) => id.includes(what))))(
  '%s is not for a colleague in the same organisation either',
  async (id, arrange) => {
    const belonging = await arrange(owner);
    const foreign = await asked(colleague, routeOf(id), belonging);
    expect(foreign).toEqual(
      await asked(colleague, routeOf(id), { ...belonging, params: unknown(belonging.params) }),
    );
    expect(foreign.status).toBe(404);
  },
);

it("finds nothing of another's behind an id of one's own", async () => {
  const nested = routes.filter(({ id, params }) => id in BELONGINGS && params.length > 1);
  expect(nested.length).toBeGreaterThanOrEqual(3);
  for (const route of nested) {
    const arrange = BELONGINGS[route.id];
    if (!arrange) throw new Error(`${route.id} has no belonging`);
    const [theirs, own] = [await arrange(owner), await arrange(stranger)];
    for (const name of route.params) {
      const mixed = { ...theirs.params, [name]: own.params[name] ?? '' };
      const guessed = { ...unknown(theirs.params), [name]: own.params[name] ?? '' };
      const answer = await asked(stranger, route, { ...theirs, params: mixed });
      expect([route.id, name, answer.status]).toEqual([route.id, name, 404]);
      expect(answer).toEqual(await asked(stranger, route, { ...theirs, params: guessed }));
    }
    expect((await asked(owner, route, theirs)).status).toBe(theirs.ok);
  }
});
