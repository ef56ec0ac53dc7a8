import { objectStoreAt, serviceEnvironment, type EnvironmentInput } from './environment';
import { servicesFor, type ServiceDefinition } from './services';

const input: EnvironmentInput = {
  root: '/clone',
  objectsPath: '/data/objects',
  providers: ['animatic'],
  simulators: {},
  secrets: {
    postgresPassword: 'p',
    objectStoreSigningSecret: 'signing',
    callbackSecret: 'callback',
    credentialsKey: 'seal',
    signingKey: 'sign',
    adminPassword: 'admin',
  },
  addresses: {
    databaseUrl: 'postgres://db',
    natsUrl: 'nats://bus',
    gatewayUrl: 'http://127.0.0.1:8080',
    publicPorts: { gateway: 8080, storage: 1, notifier: 2 },
    internalPorts: {
      gateway: 11,
      'job-orchestrator': 12,
      storage: 13,
      notifier: 14,
      webhooks: 17,
      'provider-animatic': 15,
      'provider-kling': 16,
    },
  },
  inherited: {
    PATH: '/bin',
    LOG_LEVEL: 'debug',
    NODE_OPTIONS: '--inspect',
    npm_config_x: '1',
    PORT: '80',
    DATABASE_URL: 'theirs',
  },
};

function service(name: string): ServiceDefinition {
  const found = servicesFor(['animatic', 'kling']).find((definition) => definition.name === name);
  if (found === undefined) throw new Error(name);
  return found;
}

describe('serviceEnvironment', () => {
  it('gives the gateway its neighbours, which an Ingress would reach in a cluster', () => {
    expect(serviceEnvironment(service('gateway'), input)).toMatchObject({
      PORT: '8080',
      INTERNAL_PORT: '11',
      HOST: '127.0.0.1',
      DATABASE_URL: 'postgres://db',
      STORAGE_URL: 'http://127.0.0.1:1',
      NOTIFIER_URL: 'http://127.0.0.1:2',
      CONSOLE_DIR: '/clone/services/console/dist',
      OBJECT_STORE_PUBLIC_URL: 'http://127.0.0.1:8080/media',
    });
  });

  it('gives a worker no database and no public port of ours', () => {
    const env = serviceEnvironment(service('provider-animatic'), { ...input, inherited: {} });
    expect(env).toMatchObject({
      INTERNAL_PORT: '15',
      NATS_URL: 'nats://bus',
      OBJECT_STORE_PATH: '/data/objects',
    });
    expect(env).not.toHaveProperty('DATABASE_URL');
    expect(env).not.toHaveProperty('PORT');
  });

  it('gives the secrets of callbacks and of keys only to those who need them', () => {
    const has = (name: string): string[] =>
      Object.keys(serviceEnvironment(service(name), input)).filter((key) =>
        ['AUTH_SIGNING_KEY', 'CALLBACK_SECRET', 'CREDENTIALS_KEY'].includes(key),
      );
    expect(has('gateway').sort()).toEqual(['AUTH_SIGNING_KEY', 'CALLBACK_SECRET', 'CREDENTIALS_KEY']);
    expect(has('job-orchestrator')).toEqual(['CALLBACK_SECRET']);
    expect(has('webhooks')).toEqual(['CREDENTIALS_KEY']);
    for (const name of ['storage', 'notifier', 'provider-kling']) expect(has(name)).toEqual([]);
  });

  it('lets storage fetch from this machine, and a worker find its simulator, only where one runs', () => {
    const simulating = { ...input, simulators: { kling: 'http://127.0.0.1:4010' } };
    expect(serviceEnvironment(service('storage'), simulating)).toMatchObject({
      FETCH_ALLOW_PRIVATE: '127.0.0.1/32',
    });
    expect(serviceEnvironment(service('storage'), input)).not.toHaveProperty('FETCH_ALLOW_PRIVATE');
    const worker = serviceEnvironment(service('provider-kling'), simulating);
    expect(worker).toMatchObject({ KLING_BASE_URL: 'http://127.0.0.1:4010' });
    expect(serviceEnvironment(service('provider-kling'), input)).not.toHaveProperty('KLING_BASE_URL');
    expect(serviceEnvironment(service('provider-animatic'), simulating)).not.toHaveProperty('KLING_BASE_URL');
  });

  it('passes settings through, but neither Node options nor variables of npm', () => {
    const env = serviceEnvironment(service('storage'), input);
    expect(env).toMatchObject({ LOG_LEVEL: 'debug', PATH: '/bin', DATABASE_URL: 'postgres://db', PORT: '1' });
    expect(env).not.toHaveProperty('NODE_OPTIONS');
    expect(env).not.toHaveProperty('npm_config_x');
  });
});

describe('objectStoreAt', () => {
  it('uses the S3 server that the user names, and refuses to guess one', () => {
    expect(objectStoreAt({ OBJECT_STORE_KIND: 's3', S3_ENDPOINT: 'https://s3' }, '/data')).toEqual({
      kind: 's3',
      endpoint: 'https://s3',
      bucket: 'shotloom',
    });
    expect(() => objectStoreAt({ OBJECT_STORE_KIND: 's3' }, '/data')).toThrow('S3_ENDPOINT');
  });
});
