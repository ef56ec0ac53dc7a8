import { objectStoreConfigFromEnv } from '@shotloom/object-store';
import { loadConfig } from '@shotloom/service-kit';
import { configSchema } from './config';

const base = { DATABASE_URL: 'postgres://x' };

describe('configuration', () => {
  it('opens the file store that the local runtime describes', () => {
    const config = loadConfig(configSchema, {
      ...base,
      OBJECT_STORE_KIND: 'file',
      OBJECT_STORE_PATH: '/data',
      OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:8080/media',
      OBJECT_STORE_SIGNING_SECRET: 's'.repeat(32),
    });
    expect(objectStoreConfigFromEnv(config)).toEqual({
      kind: 'file',
      bucket: 'shotloom',
      path: '/data',
      publicBaseUrl: 'http://127.0.0.1:8080/media',
      signingSecret: 's'.repeat(32),
      sync: true,
    });
  });

  it('opens S3 with only what it needs', () => {
    const config = loadConfig(configSchema, {
      ...base,
      S3_ENDPOINT: 'http://127.0.0.1:9000',
      S3_ACCESS_KEY: 'a',
      S3_SECRET_KEY: 'b',
    });
    expect(objectStoreConfigFromEnv(config)).toEqual({
      kind: 's3',
      bucket: 'shotloom',
      endpoint: 'http://127.0.0.1:9000',
      accessKey: 'a',
      secretKey: 'b',
    });
  });

  it('refuses a store that is only half described, and says what is missing', () => {
    expect(() => loadConfig(configSchema, { ...base, OBJECT_STORE_KIND: 'file' })).toThrow(
      'OBJECT_STORE_SIGNING_SECRET',
    );
  });

  it('makes what is named of each video, both by default, and nothing where it says none', () => {
    const store = { S3_ENDPOINT: 'http://127.0.0.1:9000', S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b' };
    const kinds = (RENDITIONS: string) =>
      loadConfig(configSchema, { ...base, ...store, RENDITIONS }).RENDITIONS;
    expect(kinds('')).toEqual(['preview', 'spritesheet']);
    expect(kinds('none')).toEqual([]);
    expect(kinds('compressed, preview,preview')).toEqual(['compressed', 'preview']);
    expect(() => kinds('none,preview')).toThrow('RENDITIONS');
    expect(() => kinds('trailer')).toThrow('RENDITIONS');
  });

  const file = {
    ...base,
    OBJECT_STORE_KIND: 'file',
    OBJECT_STORE_PATH: '/data',
    OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:8080/media',
    OBJECT_STORE_SIGNING_SECRET: 's'.repeat(32),
  };

  it('takes the time of a restore that was accepted, or nothing', () => {
    const accepted = (time: string) =>
      loadConfig(configSchema, { ...file, RESTORE_ACCEPTED: time }).RESTORE_ACCEPTED;
    expect([accepted(''), accepted('2026-11-27T12:00:00.123Z')]).toEqual([
      undefined,
      new Date('2026-11-27T12:00:00.123Z'),
    ]);
    expect(() => accepted('yesterday')).toThrow('RESTORE_ACCEPTED');
  });

  it('reads what may be fetched although it is private: nothing unless told', () => {
    const allowed = (text?: string): boolean => {
      const more = text === undefined ? {} : { FETCH_ALLOW_PRIVATE: text };
      return loadConfig(configSchema, { ...file, ...more }).FETCH_ALLOW_PRIVATE.hasAddress('10.0.0.1');
    };
    expect([allowed(), allowed(''), allowed('10.0.0.0/8')]).toEqual([false, false, true]);
    expect(() => allowed('10.0.0.0/8,10.0.0.0/99')).toThrow('FETCH_ALLOW_PRIVATE: entry 2 is neither');
  });
});
