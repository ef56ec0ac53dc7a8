import { objectStoreConfigFromEnv } from '@shotloom/object-store';
import { ConfigError, loadConfig } from '@shotloom/service-kit';
import { keyRing } from '@shotloom/sealing';
import { configSchema, mediaOrigins, publicUrl } from './config';

const env = {
  DATABASE_URL: 'postgres://db/shotloom',
  OBJECT_STORE_KIND: 'file',
  OBJECT_STORE_PATH: '/data',
  OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:3000/media',
  OBJECT_STORE_SIGNING_SECRET: 's'.repeat(32),
};

describe('the configuration', () => {
  it('fills in what is safe to assume', () => {
    const config = loadConfig(configSchema, { ...env, PORT: '4000' });
    expect(publicUrl(config)).toBe('http://127.0.0.1:4000');
    expect(config.PROVIDERS_ENABLED).toEqual(['animatic']);
    expect(config.UPLOAD_IMAGE_MAX_BYTES).toBe(10_485_760);
    expect(config.CORS_ORIGINS).toEqual([]);
    expect(objectStoreConfigFromEnv(config)).toMatchObject({
      kind: 'file',
      path: '/data',
      bucket: 'shotloom',
    });
    expect(mediaOrigins(config)).toEqual(['http://127.0.0.1:3000']);
  });

  it('reads lists, and drops the slash of the public address', () => {
    const config = loadConfig(configSchema, {
      ...env,
      PUBLIC_URL: 'https://video.example/',
      PROVIDERS_ENABLED: 'animatic, kling,',
    });
    expect(publicUrl(config)).toBe('https://video.example');
    expect(config.PROVIDERS_ENABLED).toEqual(['animatic', 'kling']);
  });

  it('names everything that is missing at once, and shows no value', () => {
    const broken = (): unknown =>
      loadConfig(configSchema, { OBJECT_STORE_KIND: 's3', PORT: 'secret-port', S3_ACCESS_KEY: 'hidden' });
    expect(broken).toThrow(ConfigError);
    expect(broken).toThrow(/DATABASE_URL[^]*S3_ENDPOINT|S3_ENDPOINT[^]*DATABASE_URL/);
    expect(broken).not.toThrow(/hidden|secret-port/);
  });

  describe('of the keys that seal credentials', () => {
    const key = Buffer.alloc(32, 1).toString('base64');
    const other = Buffer.alloc(32, 2).toString('base64');
    const load = (change: object) => loadConfig(configSchema, { ...env, ...change });

    it('needs none, and then there is no ring', () => expect(keyRing(load({}))).toBeNull());

    it('finds the present key and old ones by their ids', () => {
      const old = keyRing(load({ CREDENTIALS_KEY: other }))?.current;
      const ring = keyRing(load({ CREDENTIALS_KEY: key, CREDENTIALS_KEYS_OLD: `${old?.id}=${other}` }));
      expect(ring?.current.bytes).toEqual(Buffer.alloc(32, 1));
      expect(ring?.find(old?.id ?? '')?.bytes).toEqual(Buffer.alloc(32, 2));
      expect(ring?.find('0000000000000000')).toBeUndefined();
    });

    it.each([
      [
        '31 bytes',
        { CREDENTIALS_KEY: Buffer.alloc(31).toString('base64') },
        /CREDENTIALS_KEY: must be 32 bytes/,
      ],
      ['a sign that is not base64', { CREDENTIALS_KEY: `*${key}` }, /CREDENTIALS_KEY: must be 32 bytes/],
      [
        'an old key without its id',
        { CREDENTIALS_KEY: key, CREDENTIALS_KEYS_OLD: other },
        /_OLD: must be keyId/,
      ],
      [
        'an old key under a wrong id',
        { CREDENTIALS_KEY: key, CREDENTIALS_KEYS_OLD: `00=${other}` },
        /_OLD: has under 00/,
      ],
      ['old keys alone', { CREDENTIALS_KEYS_OLD: `00=${other}` }, /CREDENTIALS_KEY: is needed/],
    ])('refuses %s, and shows no key', (_, change, expected) => {
      expect(() => load(change)).toThrow(expected);
      expect(() => load(change)).not.toThrow(/AQEB|AgIC/);
    });
  });
});
