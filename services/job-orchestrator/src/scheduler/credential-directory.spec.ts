import { silentLogger } from '@shotloom/testing';
import { CredentialDirectory, type ListedCredential } from './credential-directory';

const key = (id: string, more: Partial<ListedCredential> = {}): ListedCredential => ({
  ...{ id, version: 1, ownerUserId: null, enabled: true, concurrency: null },
  ...more,
});

function directory() {
  const world = { now: 0, asked: 0, answer: async (): Promise<ListedCredential[]> => [key('a')] };
  const list = (): Promise<ListedCredential[]> => {
    world.asked += 1;
    return world.answer();
  };
  return { world, keys: new CredentialDirectory({ list, logger: silentLogger(), now: () => world.now }) };
}

const idsOf = async (keys: CredentialDirectory) => (await keys.of('p'))?.shared.map(({ id }) => id);

it('leaves out what is disabled, and knows whose each key is', async () => {
  const { world, keys } = directory();
  world.answer = async () => [key('a'), key('off', { enabled: false }), key('own', { ownerUserId: 'u' })];
  const known = await keys.of('p');
  expect(known?.shared.map(({ id }) => id)).toEqual(['a']);
  expect(known?.byOwner.get('u')?.map(({ id }) => id)).toEqual(['own']);
});

it('asks once for many at the same time, and not again while the list is fresh', async () => {
  const { world, keys } = directory();
  await Promise.all([keys.of('p'), keys.of('p'), keys.of('p')]);
  await keys.of('p');
  expect(world.asked).toBe(1);
});

it('answers with the old list at once while a new one is under way', async () => {
  const { world, keys } = directory();
  await keys.of('p');
  let answer = (_: ListedCredential[]): void => undefined;
  world.answer = () => new Promise((resolve) => (answer = resolve));
  world.now = 60_000;
  expect(await idsOf(keys)).toEqual(['a']);
  expect(world.asked).toBe(2);
  answer([key('b')]);
  await new Promise(setImmediate);
  expect(await idsOf(keys)).toEqual(['b']);
});

it('goes on with what it knows where nobody answers, and knows nothing where nobody ever has', async () => {
  const { world, keys } = directory();
  const away = () => Promise.reject(new Error('nobody there'));
  world.answer = away;
  expect(await keys.of('p')).toBeUndefined();
  world.now = 10_000;
  world.answer = async () => [key('a')];
  expect(await idsOf(keys)).toEqual(['a']);
  world.now = 20_000;
  world.answer = away;
  expect(await idsOf(keys)).toEqual(['a']);
});

it('asks again at once after it was told that a key has changed', async () => {
  const { world, keys } = directory();
  await keys.of('p');
  world.answer = async () => [key('b')];
  keys.forget('p');
  await keys.of('p');
  await new Promise(setImmediate);
  expect(await idsOf(keys)).toEqual(['b']);
});
