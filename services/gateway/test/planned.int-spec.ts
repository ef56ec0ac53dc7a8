import { newId } from '@shotloom/kernel';
import { PLANNED_ROUTES, type PlannedRoute } from '../src/planned/planned-routes';
import {
  call,
  problem,
  startGateway,
  type Answer,
  type GatewayFixture,
  type TestUser,
} from './gateway-fixture';

jest.setTimeout(30_000);

let gateway: GatewayFixture;
let user: TestUser;

beforeAll(async () => {
  gateway = await startGateway();
  user = await gateway.addUser();
});
afterAll(() => gateway.close());

const ask = ({ method, path }: PlannedRoute, json?: unknown, by: TestUser = user): Promise<Answer> =>
  call(gateway, path.replace(':id', newId()), by, { method, ...(json === undefined ? {} : { json }) });
const named = PLANNED_ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

it.each(named)('%s takes what is right, and says that its engine is not there', async (_, route) => {
  const answer = await ask(route, route.example);
  expect(answer.body).toMatchObject(problem(503, 'provider_unavailable'));
});

it.each(named.filter(([, { body }]) => body !== undefined))(
  '%s says what is wrong with a body all the same',
  async (_, route) => {
    const answer = await ask(route, { ...(route.example as object), surprise: 1 });
    expect(answer.body).toMatchObject(problem(422, 'invalid_input', ['surprise']));
  },
);

it('checks an edit as it will be: something must be asked for, and a cut must end after it begins', async () => {
  const route = PLANNED_ROUTES.find(({ id }) => id === 'editAsset');
  if (!route) throw new Error('no such route');
  expect((await ask(route, {})).body).toMatchObject(problem(422, 'invalid_input', ['trim']));
  const backwards = await ask(route, { trim: { from: 3, to: 2 } });
  expect(backwards.body).toMatchObject(problem(422, 'invalid_input', ['trim.to']));
});

it('lets nobody order with a key that may only read', async () => {
  const reader = await gateway.addUser(['read']);
  for (const route of PLANNED_ROUTES) {
    const expected = route.scope === 'read' ? 503 : 403;
    expect([route.id, (await ask(route, route.example, reader)).status]).toEqual([route.id, expected]);
  }
});
