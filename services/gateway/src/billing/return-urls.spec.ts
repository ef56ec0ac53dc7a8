import { returnUrl } from './return-urls';

const read = (given?: string): string =>
  returnUrl('success_url', given, '/billing', 'https://video.example').href;

it.each([
  [undefined, 'https://video.example/billing'],
  ['/done?a=1', 'https://video.example/done?a=1'],
  ['https://video.example/x', 'https://video.example/x'],
  ['done', 'https://video.example/done'],
])('takes %s', (given, url) => expect(read(given)).toBe(url));

it.each([
  'https://evil.example/',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example',
  '/\t/evil.example',
  'https:evil.example',
  'https://video.example@evil.example/',
  'https://user:pw@video.example/',
  'http://video.example/',
  'https://video.example.evil.example/',
  'https://video.example:444/',
  'javascript:alert(1)',
  'data:text/html,x',
  ' https://evil.example',
  'https://',
])('refuses %j or keeps it here', (given) => {
  let url = 'https://video.example/';
  try {
    url = read(given);
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_input', fields: [{ field: 'success_url' }] });
  }
  expect(new URL(url).origin).toBe('https://video.example');
  expect(new URL(url).username).toBe('');
});
