import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ShotloomClient } from '.';

/** The document as it was reviewed; a spec of the gateway keeps it true. */
const { paths } = JSON.parse(
  readFileSync(join(__dirname, '../../../docs/openapi.snapshot.json'), 'utf8'),
) as { paths: Record<string, Record<string, unknown>> };
const documented = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  })),
);

/** They ask others of these again and again, or for as long as somebody listens. */
const ENDLESS = new Set(['all', 'wait', 'subscribe', 'events', 'untilOver']);
/** What the others are made of; they are given a part of an address. */
const HELPERS = new Set(['post', 'accept']);
/** Notifier's, which the gateway passes on; and files of the store. */
const ELSEWHERE = /^\/(ws|media)\//;

/** Calls every method of the client with something, and notes what it asks for. */
async function everythingAsked(): Promise<ReadonlyMap<string, string>> {
  const asked = new Map<string, string>();
  let method = '';
  const client = new ShotloomClient({
    ...{ baseUrl: 'http://gateway.invalid', apiKey: 'sl_test', maxTries: 1 },
    fetch: (address, init) => {
      asked.set(`${init?.method ?? 'GET'} ${new URL(address).pathname}`, method);
      return Promise.resolve(Response.json({ data: [], next_cursor: null }));
    },
  });
  const parts: readonly (readonly [string, object])[] = [
    ['client', client],
    ...Object.entries(client).filter((entry): entry is [string, object] => /Api$/.test(nameOf(entry[1]))),
  ];
  for (const [part, owner] of parts) {
    for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(owner))) {
      const call: unknown = Reflect.get(owner, name);
      if (name === 'constructor' || ENDLESS.has(name) || HELPERS.has(name) || typeof call !== 'function')
        continue;
      method = `${part}.${name}`;
      // What it makes of such an answer is a matter of its own spec.
      await Promise.resolve()
        .then(() => Reflect.apply(call, owner, ['x', 'x', 'x']) as unknown)
        .catch(() => undefined);
    }
  }
  return asked;
}

const nameOf = (value: unknown): string =>
  typeof value === 'object' && value !== null ? value.constructor.name : '';

it('asks for nothing that the API does not have', async () => {
  const asked = await everythingAsked();
  expect(asked.size).toBeGreaterThan(60);
  const unknown = [...asked].filter(([route]) => {
    const [verb = '', path = ''] = route.split(' ');
    return (
      !ELSEWHERE.test(path) &&
      !documented.some(({ method, pattern }) => method === verb && pattern.test(path))
    );
  });
  expect(unknown).toEqual([]);
});
