import { parseOptions } from './options';

const parse = (args: string[], env: NodeJS.ProcessEnv = {}): ReturnType<typeof parseOptions> =>
  parseOptions(args, env, '/clone');

describe('parseOptions', () => {
  it('needs nothing', () => {
    expect(parse([])).toEqual({
      command: 'start',
      root: '/clone',
      dataDir: '/clone/.shotloom',
      ports: {},
      providers: ['animatic'],
      simulate: [],
      demo: 'once',
      detach: false,
      restart: true,
    });
  });

  it('lets flags win over the environment', () => {
    const env = { SHOTLOOM_PORT: '9000', PROVIDERS_ENABLED: 'kling', SHOTLOOM_DATA_DIR: '/data' };
    expect(parse([], env)).toMatchObject({
      ports: { gateway: 9000 },
      providers: ['kling'],
      dataDir: '/data',
    });
    expect(
      parse(['--port', '9001', '--providers', 'animatic, sora', '--data-dir', '/other'], env),
    ).toMatchObject({
      ports: { gateway: 9001 },
      providers: ['animatic', 'sora'],
      dataDir: '/other',
    });
  });

  it('knows its commands and switches', () => {
    expect(parse(['stop']).command).toBe('stop');
    expect(parse(['--no-demo', '--no-restart', '--detach'])).toMatchObject({
      demo: 'never',
      restart: false,
      detach: true,
    });
    expect(parse(['--demo']).demo).toBe('always');
  });

  it('starts no engine for who takes money', () => {
    expect(parse(['--simulate', 'stripe'])).toMatchObject({ providers: ['animatic'], simulate: ['stripe'] });
  });

  it('starts the engine of a vendor that it simulates, once', () => {
    expect(parse(['--simulate', 'kling'])).toMatchObject({
      providers: ['animatic', 'kling'],
      simulate: ['kling'],
    });
    const env = { SHOTLOOM_SIMULATE: 'kling' };
    expect(parse(['--providers', 'kling'], env)).toMatchObject({ providers: ['kling'], simulate: ['kling'] });
  });

  it.each([
    [['--port', 'http'], /"http" is not a port for gateway/],
    [['--port', '70000'], /not a port/],
    [['--providers', '../evil'], /not the name of a provider/],
    [['--simulate', 'nobody'], /no simulator of "nobody"; there is one of kling/],
    [['dance'], /Unknown command "dance"/],
    [['--fast'], /Unknown option/],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => parse(args)).toThrow(sentence);
  });
});
