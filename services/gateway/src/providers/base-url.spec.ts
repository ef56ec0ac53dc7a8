import { checkBaseUrl } from './base-url';

const allowed = ['https://api-singapore.vendor.example/', 'https://eu.vendor.example/v2'];

it('takes what the operator has listed, however it ends', () => {
  expect(checkBaseUrl(null, [])).toBeNull();
  expect(checkBaseUrl('https://api-singapore.vendor.example', allowed)).toBe(
    'https://api-singapore.vendor.example',
  );
  expect(checkBaseUrl('https://EU.vendor.example:443/v2/', allowed)).toBe('https://eu.vendor.example/v2');
});

it.each([
  'https://eu.vendor.example',
  'https://eu.vendor.example/v2/../../x',
  'https://eu.vendor.example/v2?to=x',
  'https://me@eu.vendor.example/v2',
  'https://eu.vendor.example.evil.example/v2',
  'http://eu.vendor.example/v2',
  'http://169.254.169.254/',
  'https://127.0.0.1/v2',
  'file:///etc/passwd',
  'no address',
])('refuses %s', (url) => expect(() => checkBaseUrl(url, allowed)).toThrow(/may not be used/));
