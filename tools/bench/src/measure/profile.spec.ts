import { byFunction, byModule, moduleOf, type CpuProfile } from './profile';

it('names a package, a library, a folder of a service, or a part of Node', () => {
  const at = (url: string, name = 'f'): string => moduleOf(name, url);
  expect(at('file:///x/node_modules/@nestjs/core/router/a.js')).toBe('@nestjs/core');
  expect(at('file:///x/node_modules/a/node_modules/pino/lib/b.js')).toBe('pino');
  expect(at('file:///x/libs/bus/dist/nest/c.js')).toBe('libs/bus');
  expect(at('file:///x/services/gateway/dist/http/d.js')).toBe('gateway/http');
  expect(at('file:///x/services/gateway/dist/main.js')).toBe('gateway');
  expect(at('node:internal/streams/readable')).toBe('node:internal/streams');
  expect(at('', '(garbage collector)')).toBe('(garbage collector)');
  expect(at('', 'writev')).toBe('V8 and C++');
});

it('shares out the time in which something ran', () => {
  const frame = (id: number, functionName: string, url: string) => ({ id, callFrame: { functionName, url } });
  const profile: CpuProfile = {
    nodes: [
      frame(1, '(idle)', ''),
      frame(2, 'a', 'file:///x/libs/bus/dist/a.js'),
      frame(3, 'b', 'file:///x/libs/bus/dist/b.js'),
      frame(4, 'c', 'file:///x/node_modules/pg/lib/c.js'),
    ],
    samples: [1, 2, 3, 4],
    timeDeltas: [1_000, 100, 200, 100],
  };
  expect(byModule(profile)).toEqual([
    { module: 'libs/bus', share: 0.75 },
    { module: 'pg', share: 0.25 },
  ]);
  expect(byFunction(profile)[0]).toEqual({ module: 'b in libs/bus', share: 0.5 });
});
