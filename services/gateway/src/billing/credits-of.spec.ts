import { creditsOfLines, creditsToTakeBack } from './credits-of';

const small = { offerId: 's', credits: 1_000, amount: 1_000, currency: 'usd' };
const large = { offerId: 'l', credits: 5_000, amount: 3_000, currency: 'usd' };

it('gives a whole month for its price', () => {
  expect(creditsOfLines([{ amount: 3_000, price: large }])).toBe(5_000);
});

it('gives the difference for an upgrade in the middle, and takes it back for the way down', () => {
  const up = [
    { amount: -500, price: small },
    { amount: 1_500, price: large },
  ];
  expect(creditsOfLines(up)).toBe(2_000);
  expect(creditsOfLines(up.map((line) => ({ ...line, amount: -line.amount })))).toBe(-2_000);
});

it('rounds towards zero once, over all lines', () => {
  const third = { ...small, amount: 3, credits: 1 };
  expect(creditsOfLines([{ amount: 2, price: third }])).toBe(0);
  expect(creditsOfLines([{ amount: -2, price: third }])).toBe(-0 + 0);
  expect(
    creditsOfLines([
      { amount: 2, price: third },
      { amount: 1, price: third },
    ]),
  ).toBe(1);
  expect(creditsOfLines([])).toBe(0);
});

it('takes back the share that went back, and never more than was given', () => {
  const back = (lost: number): number => creditsToTakeBack({ credits: 100, amount: 999, lost });
  expect([back(0), back(1), back(500), back(998), back(999), back(5_000)]).toEqual([0, 0, 50, 99, 100, 100]);
  expect(creditsToTakeBack({ credits: -5, amount: 0, lost: 10 })).toBe(0);
  expect(creditsToTakeBack({ credits: 2 ** 52, amount: 99_999_999, lost: 99_999_999 })).toBe(2 ** 52);
});
