import { publicName } from './public-names';

it.each([
  ['Ann', 'Ann'],
  ['  Ann Lee ', 'Ann Lee'],
  ['ann.lee', null],
  ['ANN.LEE', null],
  ['ann.lee@example.com', null],
  ['write to me@home', null],
  ['', null],
])('of %j strangers read %j', (display_name, shown) => {
  expect(publicName({ email: 'ann.lee@example.com', display_name })).toBe(shown);
});
