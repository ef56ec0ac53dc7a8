import { safeReturnPath, wayIn } from './return-path';

it.each(['/billing?checkout=1', '/library/42', '/account/keys#new', '/a/../billing'])(
  'goes back to %s',
  (path) => {
    expect(safeReturnPath(path)).toBe(path === '/a/../billing' ? '/billing' : path);
  },
);

it.each([
  null,
  undefined,
  '',
  '/',
  'billing',
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/a/..//evil.example',
  'javascript:alert(1)',
  '/\tbilling',
  '/billing\n',
  ' /billing',
  '/sign-in',
  '/sign-in?return_to=/sign-in',
  '/connect',
  `/${'a'.repeat(1_000)}`,
])('does not follow %j', (path) => {
  expect(safeReturnPath(path)).toBe('/create');
});

it('keeps where somebody wanted to go in the address of the way in', () => {
  expect(wayIn('/sign-in', '/billing?checkout=1')).toBe('/sign-in?return_to=%2Fbilling%3Fcheckout%3D1');
  expect(wayIn('/connect', '/create')).toBe('/connect');
  expect(wayIn('/sign-in', '//evil.example')).toBe('/sign-in');
});
