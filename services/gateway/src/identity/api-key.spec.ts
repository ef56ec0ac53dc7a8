import { createApiKey, hashSecret, parseApiKey, secretMatches } from './api-key';

describe('API keys', () => {
  it('reads back what it made, and stores only a hash of the secret', () => {
    const made = createApiKey();
    const parsed = parseApiKey(made.key);
    expect(parsed?.prefix).toBe(made.prefix);
    expect(secretMatches(parsed?.secret ?? '', made.secretHash)).toBe(true);
    expect(made.prefix).not.toContain(parsed?.secret ?? '');
  });

  it.each([
    '',
    'sl_',
    'sl_0123456789abcdef',
    'Bearer x',
    `sl_0123456789ABCDEF_${'a'.repeat(43)}`,
    `sl_0123456789abcdef_${'a'.repeat(44)}`,
  ])('does not take %j for a key', (text) => expect(parseApiKey(text)).toBeNull());

  it('refuses another secret, and any secret where there is no key', () => {
    expect(secretMatches('one', hashSecret('two'))).toBe(false);
    expect(secretMatches('one', undefined)).toBe(false);
  });

  it('uses only characters that a WebSocket subprotocol may have', () => {
    expect(createApiKey().key).toMatch(/^[A-Za-z0-9_-]+$/);
  });
});
