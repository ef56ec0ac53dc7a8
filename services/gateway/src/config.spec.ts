import { objectStoreConfigFromEnv } from '@shotloom/object-store';
import { ConfigError, loadConfig } from '@shotloom/service-kit';
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
});
