import { distort, FaultScript } from './faults';
import { SeededRandom } from './seeded-random';

const script = () => new FaultScript(new SeededRandom(7));
const text = () => '/v1/videos?x=1\n{"external_task_id":"job-1"}';

it('strikes as often as it was told, after those it lets pass', () => {
  const faults = script();
  faults.add({ kind: 'error', code: '1303', times: 2, skip: 1 });
  const struck = [1, 2, 3, 4].map(() => faults.take('create', text).length);
  expect(struck).toEqual([0, 1, 1, 0]);
});

it('strikes only the calls that it is for', () => {
  const faults = script();
  faults.add({ kind: 'cut', accepted: true, match: 'job-1', times: null });
  expect(faults.take('query', text)).toEqual([]);
  expect(faults.take('create', () => 'job-2')).toEqual([]);
  expect(faults.take('create', text)).toMatchObject([{ kind: 'cut', accepted: true }]);
});

it('strikes by chance, the same for the same seed', () => {
  const run = () => {
    const faults = script();
    faults.add({ kind: 'slow', ms: 1, probability: 0.3, times: null });
    return Array.from({ length: 200 }, () => faults.take('create', text).length);
  };
  const struck = run().filter((count) => count > 0).length;
  expect(struck).toBeGreaterThan(40);
  expect(struck).toBeLessThan(80);
  expect(run()).toEqual(run());
});

it('takes one field away, or makes it something else, and leaves the rest', () => {
  const body = { data: [{ id: 'a', n: 1 }, { id: 'b' }] };
  expect(distort(body, ['data', '0', 'id'], undefined)).toEqual({ data: [{ n: 1 }, { id: 'b' }] });
  expect(distort(body, ['data', '1', 'id'], 7)).toEqual({ data: [{ id: 'a', n: 1 }, { id: 7 }] });
  expect(distort(body, ['data'], null)).toEqual({ data: null });
});
