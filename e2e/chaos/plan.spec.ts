import { makePlan, UNITS } from './plan';

const options = { seed: 7, seconds: 600, orders: 2_000 };

it('is the same for the same seed, and another for another', () => {
  expect(makePlan(options)).toEqual(makePlan(options));
  expect(makePlan(options)).not.toEqual(makePlan({ ...options, seed: 8 }));
});

it('has everything that may break in a long run', () => {
  const plan = makePlan(options);
  const deeds = new Set(plan.map(({ deed }) => deed.do));
  expect([...deeds].toSorted()).toEqual([
    ...['cancel', 'crash', 'delete', 'fault', 'order', 'replay', 'stop-all'],
  ]);
  const crashed = new Set(plan.flatMap(({ deed }) => (deed.do === 'crash' ? [deed.unit] : [])));
  expect([...crashed].toSorted()).toEqual([...UNITS].toSorted());
  const orders = plan.flatMap(({ deed }) => (deed.do === 'order' ? [deed.order] : []));
  expect(orders).toHaveLength(options.orders);
  expect(orders.some(({ keyed, hangsUpAfterMs }) => keyed && hangsUpAfterMs !== null)).toBe(true);
  expect(new Set(orders.map(({ fault }) => fault)).size).toBeGreaterThan(20);
});

it('gives each fault to the order that it is for, and to no other', () => {
  const orders = makePlan(options).flatMap(({ deed }) => (deed.do === 'order' ? [deed.order] : []));
  for (const { faults, body } of orders) {
    for (const { match } of faults) expect(body['prompt']).toContain(match);
  }
});
